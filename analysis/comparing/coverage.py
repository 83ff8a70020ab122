"""Which dialogues of compared runs the figures cover: those of the same persona, goal and seed, or all of each run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from analysis.comparing.compared_runs import ComparedRun
from simulation.models import Run, Simulation

IS_REQUESTED = Q(is_cancelled=False) | Q(finished_at__isnull=False)
"""Whether a run has a cell: one that was cancelled before its dialogue ended does not count."""
HAS_ENDED = Q(finished_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The dialogues that figures of ``compared`` runs cover.

    All runs have ``common`` cells of the same persona, goal and seed; in ``ended`` of these the dialogues of all runs have
    ended. Unless a reader ``wants_all``, only those count, because runs differ already if their personas or goals, or the
    amounts of text, do.
    """

    compared: tuple[ComparedRun, ...]
    common: int
    ended: int
    wants_all: bool

    @property
    def is_common(self) -> bool:
        """Return whether the figures leave out what not all runs have."""
        return self.common > 0 and not self.wants_all

    @property
    def leaves_out(self) -> bool:
        """Return whether any run has dialogues that the others lack."""
        return any((_size(one), one.tally.done) != (self.common, self.ended) for one in self.compared)

    @property
    def sentence(self) -> str:
        """Return in words what the figures cover."""
        if not self.is_common:
            return "Figures cover all ended dialogues of each run, including those that other runs lack."
        if self.ended == self.common:
            return f"Figures cover the {_dialogues(self.common)} that all runs have."
        if self.ended:
            return f"Figures cover the {_dialogues(self.ended)} that ended in all runs, of {self.common} that all runs have."
        return f"Figures will cover the {_dialogues(self.common)} that all runs have. None has ended in all runs yet."

    @property
    def warning(self) -> str:
        """Return why the runs are hard to compare; empty if they have dialogues in common."""
        if self.common:
            return ""
        return (
            "These runs have no dialogue of the same persona, goal and seed, so figures cover all dialogues of each run. "
            "Differences may come from the personas, goals and seeds. To compare the settings, add the missing dialogues."
        )

    def covers_whole(self, one: ComparedRun) -> bool:
        """Return whether the figures cover all ended dialogues of the run."""
        return not self.is_common or one.tally.done == self.ended

    def cells(self, one: ComparedRun) -> QuerySet[Simulation]:
        """Return the ended cells of the run that the figures cover."""
        if self.covers_whole(one):
            return one.run.simulations.filter(HAS_ENDED)
        return _shared(one.run, (other.run for other in _by_size(self.compared) if other != one), HAS_ENDED)


def read_coverage(compared: Sequence[ComparedRun], *, wants_all: bool = False) -> Coverage:
    """Return what figures of these runs cover."""
    smallest, *others = (one.run for one in _by_size(compared))
    common, ended = (_shared(smallest, others, kind).count() for kind in (IS_REQUESTED, HAS_ENDED))
    return Coverage(tuple(compared), common, ended, wants_all)


def _by_size(compared: Iterable[ComparedRun]) -> list[ComparedRun]:
    """Return the smallest run first: a search that begins with it looks for the fewest cells in the others."""
    return sorted(compared, key=_size)


def _size(one: ComparedRun) -> int:
    return one.tally.total - one.tally.cancelled


def _shared(run: Run, others: Iterable[Run], kind: Q) -> QuerySet[Simulation]:
    """Return the run's cells of this kind of which all ``others`` have one, too, at the same place."""
    here = {name: OuterRef(name) for name in ("persona", "goal", "seed")}
    cells = run.simulations.filter(kind)
    for other in others:
        cells = cells.filter(Exists(other.simulations.filter(kind, **here)))
    return cells


def _dialogues(count: int) -> str:
    return "1 dialogue" if count == 1 else f"{count} dialogues"
