"""The figures on a run's page, which are made of all that was said: counted once, not for every page that asks."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Sum

from simulation.models import Run
from simulation.reports import as_rows
from simulation.statistics import summarise

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of tables 1 and 7 without the endings, which have a panel of their own, over so many ``dialogues``."""

    dialogues: int
    rows: Rows


def read_figures(run: Run) -> Figures:
    """The run's figures so far. An ended dialogue never changes, but may be deleted when its persona's participant withdraws:
    how many there are, and which, says whether the rows are still right."""
    ended = run.simulations.exclude(finished_at=None).aggregate(count=Count("pk"), total=Sum("pk"))
    dialogues = ended["count"]
    rows = cache.get_or_set(f"figures-{run.token}-{dialogues}-{ended['total']}", lambda: _count(run))
    return Figures(dialogues, rows or [])


def _count(run: Run) -> Rows:
    return [row for row in as_rows(summarise(run.simulations.all())) if not row[0].startswith("Ending")]
