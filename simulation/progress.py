"""How far runs are: counted in one query, however many cells they have."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.db.models import Count, Max, Min, Q

from collection.models import ENDINGS
from simulation.models import Run, Simulation

ENDING_WORDS = dict(ENDINGS)
NOT_RECORDED = "not recorded"
"""The official format of dialogues says nothing about endings."""


@dataclass(frozen=True, slots=True)
class EndingShare:
    """How many of a run's ended dialogues ended in one way; ``share`` is a fraction."""

    ending: str
    count: int
    share: float

    @property
    def words(self) -> str:
        return ENDING_WORDS.get(self.ending, NOT_RECORDED)

    @property
    def width(self) -> str:
        """Of its bar, in hundredths of the whole, written as SVG wants it in any language."""
        return f"{100 * self.share:.1f}"

    @property
    def percent(self) -> str:
        return f"{100 * self.share:.0f} %" if self.share >= 0.005 else "under 1 %"


@dataclass(frozen=True, slots=True)
class Tally:
    """The cells of a run, counted; ``endings`` by how many dialogues ended so.

    ``leased`` are those that somebody works on, or will try again after an error.
    """

    total: int = 0
    leased: int = 0
    endings: dict[str, int] = field(default_factory=dict)
    started_at: datetime | None = None
    last_ended_at: datetime | None = None

    @property
    def done(self) -> int:
        return sum(self.endings.values())

    @property
    def per_hour(self) -> float | None:
        """Ended dialogues per hour between the first one's start and the last one's end, pauses included."""
        if self.started_at is None or self.last_ended_at is None or self.last_ended_at <= self.started_at:
            return None
        return self.done * 3600 / (self.last_ended_at - self.started_at).total_seconds()

    @property
    def shares(self) -> list[EndingShare]:
        """The endings, most frequent first."""
        ordered = sorted(self.endings.items(), key=lambda item: -item[1])
        return [EndingShare(ending, count, count / self.done) for ending, count in ordered]

    def plus(self, group: Self) -> Self:
        """The tally of both."""
        return type(self)(
            self.total + group.total,
            self.leased + group.leased,
            self.endings | group.endings,
            min(filter(None, [self.started_at, group.started_at]), default=None),
            max(filter(None, [self.last_ended_at, group.last_ended_at]), default=None),
        )


def tally_runs(runs: Iterable[Run], now: datetime) -> dict[int, Tally]:
    """The tally of each run, by primary key; a lease that is over by ``now`` does not count."""
    tallies = {run.pk: Tally() for run in runs}
    groups = (
        Simulation.objects.filter(run__in=tallies)
        .values_list("run", "dialogue__ending")
        .annotate(
            Count("pk"),
            Count("finished_at"),
            Min("dialogue__started_at"),
            Max("finished_at"),
            leased=Count("pk", filter=Q(finished_at=None, leased_until__gt=now)),
        )
        .order_by("run", "dialogue__ending")
    )
    for run, ending, total, ended, started_at, last_ended_at, leased in groups:
        endings = {ending: ended} if ended else {}
        tallies[run] = tallies[run].plus(Tally(total, leased, endings, started_at, last_ended_at))
    return tallies
