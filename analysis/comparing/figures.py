"""The figures of several runs, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from analysis.comparing.compared_runs import ComparedRun
from analysis.comparing.coverage import Coverage
from analysis.humanness.reports import finished_reports
from simulation.figures import Figures, excluded_dialogues, read_figures, read_figures_of
from simulation.progress import ENDING_WORDS, NOT_RECORDED

HEALTH = "health"
"""The name of the table of symptoms in a report."""
DIVERSITY = "Lexical diversity (table 2)"
WHOLE_HEALTH = "Health of the whole run"
DASH = "–"
"""A missing figure."""


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """A part of the table: the name of each figure with its value in each run."""

    title: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def read_groups(coverage: Coverage, computed: int | None = None) -> list[FigureGroup]:
    """Return the endings, the statistics, the lexical diversity and the health of the runs.

    Compute the statistics of the first ``computed`` runs only (None: all), because those of a large run take seconds. The
    health is that of each run's latest report, which covers the whole run.
    """
    compared = coverage.compared
    figures = [_figures(one, coverage) for one in compared[:computed]]
    missing: list[dict[str, str]] = [{} for _ in compared[len(figures) :]]
    groups = [
        FigureGroup("Endings", tuple(_endings(coverage))),
        FigureGroup("Statistics", tuple(_aligned([*(dict(one.rows) for one in figures), *missing]))),
        FigureGroup(DIVERSITY, tuple(_aligned([*(dict(one.diversity) for one in figures), *missing]))),
        FigureGroup(
            WHOLE_HEALTH if coverage.is_common else "Health", tuple(_aligned([_health(one) for one in compared]))
        ),
    ]
    return [group for group in groups if group.rows]


def _figures(one: ComparedRun, coverage: Coverage) -> Figures:
    if coverage.covers_whole(one):
        return read_figures(one.run)
    among = "-".join(sorted(each.run.token for each in coverage.compared))
    return read_figures_of(one.run, coverage.cells(one), among)


def _endings(coverage: Coverage) -> Iterator[tuple[str, tuple[str, ...]]]:
    counted = [_count_endings(one, coverage) for one in coverage.compared]
    yield "Dialogues that have ended", tuple(f"{one.tally.done} of {one.tally.total}" for one in coverage.compared)
    if coverage.is_common:
        yield "Dialogues in these figures", tuple(str(sum(endings.values())) for endings in counted)
    for ending in dict.fromkeys(ending for endings in counted for ending in endings):
        words = ENDING_WORDS.get(ending, NOT_RECORDED)
        yield words, tuple(_share(endings.get(ending, 0), sum(endings.values())) for endings in counted)


def _count_endings(one: ComparedRun, coverage: Coverage) -> dict[str, int]:
    cells = coverage.cells(one)
    excluded = list(excluded_dialogues(cells))
    if coverage.covers_whole(one) and not excluded:
        return one.tally.endings
    counted = cells.exclude(dialogue__in=excluded).order_by("ending")
    return dict(counted.values_list("ending").annotate(Count("pk")))


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
