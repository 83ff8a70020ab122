"""The figures of several runs as a table to download. Tables need pandas, which the site does not load at its start."""

from collections.abc import Sequence

from analysis.comparing.compared_runs import ComparedRun
from analysis.comparing.figures import read_groups
from analysis.reporting.tables import Table, to_csv, to_latex

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "tex": "application/x-tex; charset=utf-8"}
"""By the ending of the file's name."""


def write_figures(compared: Sequence[ComparedRun], kind: str) -> str:
    """Return all figures as CSV, or as LaTeX for the kind "tex"."""
    table = figures_table(compared)
    return to_csv(table) if kind == "csv" else to_latex(table)


def figures_table(compared: Sequence[ComparedRun]) -> Table:
    """Return all figures as a table."""
    columns = (f"{one.letter}: {one.run}" for one in compared)
    rows = ((group.title, label, *values) for group in read_groups(compared) for label, values in group.rows)
    return Table(
        "runs",
        "Comparison of runs",
        "Endings: dialogues, and their share of ended ones. Statistics: means with population standard deviations (ddof 0), "
        "and shares of outputs. Health: per cent, from the latest computed results. Dash: none.",
        ("about", "figure", *columns),
        tuple(rows),
    )
