"""The statistics on a run's page, computed from all its dialogues and cached."""

from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter, time

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from simulation.diversity import diversity_of, diversity_rows
from simulation.models import Run, Simulation
from simulation.reports import as_rows
from simulation.statistics import summarise
from studies.cut_outputs import Cut, cuts_of, sentences_of
from studies.models import Dialogue, Exclusion

Rows = list[tuple[str, str]]
_Counted = tuple[Rows, list[str], Rows]
"""Rows, cuts and diversity, as they are cached."""
MANY = 2000
RESTS = 20
"""While a run is running, the figures of MANY dialogues are shown this many times as long as it took to compute them."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of tables 1 and 7 for a number of ``dialogues``, without the endings, which have a separate panel.

    ``cuts`` are sentences about outputs that a limit cut, ``diversity`` the run's row of table 2, ``excluded`` the number of
    dialogues that are left out because researchers excluded them.
    """

    dialogues: int
    rows: Rows
    cuts: list[str]
    diversity: Rows
    excluded: int = 0


def read_figures(run: Run) -> Figures:
    """Return the run's current statistics.

    An ended dialogue never changes, but may be deleted when a participant withdraws, so the cache key holds the number and the
    sum of the ended dialogues' keys. Those of a large running run may be some minutes old: open pages ask again and again, and
    must not occupy the site.
    """
    latest: _Latest | None = cache.get(f"latest-figures-{run.token}")
    if latest and run.is_running and time() < latest.good_until:
        return latest.figures
    begun_at = perf_counter()
    figures = _read_all(run)
    if figures.dialogues >= MANY:
        rest = RESTS * (perf_counter() - begun_at)
        cache.set(f"latest-figures-{run.token}", _Latest(figures, time() + rest))
    return figures


@dataclass(frozen=True, slots=True)
class _Latest:
    """Figures of many dialogues, and until when they are shown although more dialogues have ended."""

    figures: Figures
    good_until: float


def _read_all(run: Run) -> Figures:
    return read_figures_of(run, run.simulations.all())


def read_figures_of(run: Run, cells: QuerySet[Simulation], among: str = "") -> Figures:
    """Return the statistics of some of the run's ``cells``, without excluded dialogues. ``among`` says which: other cells may
    have the same number and sum of keys."""
    excluded = list(excluded_dialogues(cells))
    among, cells = f"{among} without {excluded}", cells.exclude(dialogue__in=excluded) if excluded else cells
    ended = cells.exclude(finished_at=None).aggregate(count=Count("pk"), total=Sum("dialogue"))
    dialogues = ended["count"]
    key = sha256(f"figures-with-diversity {run.token} {dialogues} {ended['total']} {among}".encode()).hexdigest()
    found: _Counted | None = cache.get_or_set(key, lambda: _count(run, cells))
    rows, cuts, diversity = found or ([], [], [])
    return Figures(dialogues, rows, cuts, diversity, len(excluded))


def excluded_dialogues(cells: QuerySet[Simulation]) -> QuerySet[Exclusion, int]:
    """Return the keys of the ended dialogues of these cells that researchers have excluded."""
    ended = cells.filter(finished_at__isnull=False, dialogue=OuterRef("dialogue"))
    return (
        Exclusion.objects.filter(Exists(ended), removed_at=None).order_by("dialogue").values_list("dialogue", flat=True)
    )


def cuts_of_run(run: Run, cells: QuerySet[Simulation] | None = None) -> list[Cut]:
    """Return the cuts in the run's ended dialogues, or in those of some of its ``cells``."""
    ended = (run.simulations.all() if cells is None else cells).exclude(finished_at=None)
    return cuts_of(Dialogue.objects.filter(simulation__in=ended), run.configuration)


def _count(run: Run, cells: QuerySet[Simulation]) -> _Counted:
    summary = summarise(cells)
    rows = [row for row in as_rows(summary) if not row[0].startswith("Ending")]
    return rows, sentences_of(cuts_of_run(run, cells)), list(diversity_rows(diversity_of([summary])))
