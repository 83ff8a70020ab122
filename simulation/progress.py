"""Progress of runs, counted in two queries however many cells they have."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.db.models import Count, Q, QuerySet

from jobs.heartbeats import IS_POSTPONED, IS_RENEWED
from simulation.models import Run, Simulation
from studies.models import ENDINGS

ENDING_WORDS = dict(ENDINGS)
NOT_RECORDED = "not recorded"
"""Shown for dialogues without an ending, because the official format does not record endings."""


@dataclass(frozen=True, slots=True)
class EndingShare:
    """The number of a run's dialogues with one ending; ``share`` is their fraction of the ended ones."""

    ending: str
    count: int
    share: float

    @property
    def words(self) -> str:
        return ENDING_WORDS.get(self.ending, NOT_RECORDED)

    @property
    def width(self) -> str:
        """Return the width of its bar in percent, in SVG's notation, independent of the locale."""
        return f"{100 * self.share:.1f}"

    @property
    def percent(self) -> str:
        return f"{100 * self.share:.0f}%" if self.share >= 0.005 else "under 1%"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of the cells of a run or of one of its batches; ``endings`` holds the number of dialogues by ending.

    ``held`` cells have a recently renewed lease, ``postponed`` ones wait for the next attempt after an error. ``failing`` ones
    had an error and no success since. ``batches`` are keyed by number.
    """

    total: int = 0
    held: int = 0
    postponed: int = 0
    failing: int = 0
    cancelled: int = 0
    endings: dict[str, int] = field(default_factory=dict)
    batches: dict[int, "Tally"] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return sum(self.endings.values())

    @property
    def left(self) -> int:
        """Return the number of cells still to do."""
        return self.total - self.done - self.cancelled

    @property
    def shares(self) -> list[EndingShare]:
        """Return the endings, most frequent first."""
        ordered = sorted(self.endings.items(), key=lambda item: -item[1])
        return [EndingShare(ending, count, count / self.done) for ending, count in ordered]

    def plus(self, group: "Tally", batch: int | None = None) -> "Tally":
        """Return the sum of both tallies; ``group`` also counts for its ``batch``."""
        sums = {name: getattr(self, name) + getattr(group, name) for name in _COUNTS}
        endings = Counter(self.endings) + Counter(group.endings)
        parts = {} if batch is None else {batch: self.batches.get(batch, Tally()).plus(group)}
        return replace(self, **sums, endings=dict(endings), batches=self.batches | parts)


_COUNTS = ("total", "held", "postponed", "failing", "cancelled")


def tally_runs(runs: Iterable[Run]) -> dict[int, Tally]:
    """Return the current tally of each run by primary key, using the database's clock."""
    tallies = {run.pk: Tally() for run in runs}
    cells = Simulation.objects.filter(run__in=tallies)
    for run, batch, group in (*_ended(cells), *_open(cells)):
        tallies[run] = tallies[run].plus(group, batch)
    return tallies


Group = tuple[int, int, Tally]
"""A run, one of its batches, and some of the batch's cells."""


def _ended(cells: QuerySet[Simulation]) -> Iterator[Group]:
    """Count the ended cells; everything that this needs is in an index."""
    groups = cells.filter(finished_at__isnull=False).values_list("run", "batch", "ending").annotate(count=Count("*"))
    for run, batch, ending, count in groups.order_by("run", "batch", "ending"):
        yield run, batch, Tally(count, endings={ending: count})


def _open(cells: QuerySet[Simulation]) -> Iterator[Group]:
    is_wanted = Q(is_cancelled=False)
    groups = (
        cells.filter(finished_at=None)
        .values_list("run", "batch")
        .annotate(
            Count("pk"),
            held=Count("pk", filter=is_wanted & IS_RENEWED),
            postponed=Count("pk", filter=is_wanted & IS_POSTPONED),
            failing=Count("pk", filter=is_wanted & ~Q(error="")),
            cancelled=Count("pk", filter=Q(is_cancelled=True)),
        )
    )
    for run, batch, *counts in groups.order_by("run", "batch"):
        yield run, batch, Tally(*counts)
