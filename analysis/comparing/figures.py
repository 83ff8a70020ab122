"""The figures of several runs, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.comparing.compared_runs import ComparedRun
from analysis.humanness.reports import finished_reports
from simulation.figures import read_figures
from simulation.progress import ENDING_WORDS, NOT_RECORDED

HEALTH = "health"
"""The name of the table of symptoms in a report."""
DIVERSITY = "Lexical diversity (table 2)"
DASH = "–"
"""A missing figure."""


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """A part of the table: the name of each figure with its value in each run."""

    title: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def read_groups(compared: Sequence[ComparedRun], computed: int | None = None) -> list[FigureGroup]:
    """Return the endings, the statistics, the lexical diversity and the health of the runs.

    Compute the statistics of the first ``computed`` runs only (None: all), because those of a large run take seconds. The
    health is that of each run's latest report.
    """
    figures = [read_figures(one.run) for one in compared[:computed]]
    missing: list[dict[str, str]] = [{} for _ in compared[len(figures) :]]
    groups = [
        FigureGroup("Endings", tuple(_endings(compared))),
        FigureGroup("Statistics", tuple(_aligned([*(dict(one.rows) for one in figures), *missing]))),
        FigureGroup(DIVERSITY, tuple(_aligned([*(dict(one.diversity) for one in figures), *missing]))),
        FigureGroup("Health", tuple(_aligned([_health(one) for one in compared]))),
    ]
    return [group for group in groups if group.rows]


def _endings(compared: Sequence[ComparedRun]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "Dialogues that have ended", tuple(f"{one.tally.done} of {one.tally.total}" for one in compared)
    for ending in dict.fromkeys(ending for one in compared for ending in one.tally.endings):
        words = ENDING_WORDS.get(ending, NOT_RECORDED)
        yield words, tuple(_share(one.tally.endings.get(ending, 0), one.tally.done) for one in compared)


def _share(count: int, total: int) -> str:
    return f"{count} ({count / total:.0%})" if total else DASH


def _aligned(columns: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for label in dict.fromkeys(label for column in columns for label in column):
        yield label, tuple(column.get(label, DASH) for column in columns)


def _health(one: ComparedRun) -> dict[str, str]:
    """Return the share of each symptom in the run's latest report; nothing without one."""
    report = finished_reports(one.run).defer("files").first()
    tables = report.shown.get("health", ()) if report else ()
    symptoms = next((table for table in tables if table["name"] == HEALTH), {"groups": ()})
    return {f"{label}, %": rows[0][0] for label, rows in symptoms["groups"]}
