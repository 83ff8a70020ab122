"""The figures of several runs as a table to download. Tables need pandas, which the site does not load at its start."""

from analysis.comparing.coverage import Coverage
from analysis.comparing.figures import read_groups
from studies.files.printed_tables import Table, to_csv, to_latex

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "tex": "application/x-tex; charset=utf-8"}
"""By the ending of the file's name."""


def write_figures(coverage: Coverage, kind: str) -> str:
    """Return all figures as CSV, or as LaTeX for the kind "tex"."""
    table = figures_table(coverage)
    return to_csv(table) if kind == "csv" else to_latex(table)


def figures_table(coverage: Coverage) -> Table:
    """Return all figures as a table."""
    columns = (f"{one.letter}: {one.run}" for one in coverage.compared)
    rows = ((group.title, label, *values) for group in read_groups(coverage) for label, values in group.rows)
    return Table(
        "runs",
        "Comparison of runs",
        f"{coverage.warning or coverage.sentence} Endings: dialogues, and their share of ended ones. Statistics: means with "
        "population standard deviations (ddof 0), and shares of outputs. Health: per cent, from the latest computed results of "
        "the whole run. Dash: none.",
        ("about", "figure", *columns),
        tuple(rows),
    )
