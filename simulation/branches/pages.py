"""The page that shows a dialogue and its branches at one turn side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from django.db.models import Count
from django.urls import reverse

from jobs.heartbeats import IS_POSTPONED, absent_worker, is_abandoned, live_services
from jobs.routing import Service
from simulation.branches.comparison import Change, Parting, Said, compare, list_changes, said_in, verdict
from simulation.branches.origins import Origin, answered_turns, read_origin
from simulation.branches.queue import BRANCHES
from simulation.models import Branch
from studies.live import Live
from studies.models import Dialogue
from studies.presentation import ENDING_SENTENCES

MOST_COLUMNS = 20
"""Branches on one page, the latest ones."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one dialogue said in a turn. ``parts`` says in words where a branch leaves the original; ``is_same`` before that."""

    utterance: str
    response: str
    is_same: bool = False
    parts: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A branch beside its original: what it changes, its state, and its turns from the shared ones on."""

    number: int
    branch: Branch
    changes: list[Change]
    parting: Parting | None
    turns: tuple[tuple[str, str], ...]
    services: list[Service]
    is_postponed: bool

    @property
    def is_live(self) -> bool:
        return self.branch.is_running and not self.is_abandoned

    @property
    def is_abandoned(self) -> bool:
        """Return whether the terminal that played the branch was closed before it could pause it."""
        return is_abandoned(self.branch, is_worked_on=self.branch.is_held or self.is_postponed)

    @property
    def can_resume(self) -> bool:
        return self.branch.finished_at is None and not self.is_live

    @property
    def state(self) -> str:
        """Return the state of an unfinished branch in words."""
        if self.is_abandoned:
            return "stopped: its terminal was closed"
        if self.branch.is_running:
            return "in progress" if self.branch.is_held else "waiting for a worker"
        return self.branch.get_state_display()

    @property
    def absent_worker(self) -> str:
        return "" if self.branch.is_held else absent_worker(self.branch, self.services)

    @property
    def verdict(self) -> str:
        """Return where the branch and its original diverge, in a sentence."""
        return verdict(self.parting, has_ended=self.branch.finished_at is not None)

    @property
    def ending_sentence(self) -> str:
        return _ending_sentence(self.branch.dialogue)

    def cell(self, number: int) -> Cell | None:
        """Return the cell of turn ``number``; None if the branch has no such turn."""
        place = number - self.branch.shared - 1
        if not 0 <= place < len(self.turns):
            return None
        is_parting = self.parting is not None and self.parting.turn == number
        is_same = self.parting is None or number < self.parting.turn
        return Cell(*self.turns[place], is_same, self.parting.at if is_parting and self.parting else "")


@dataclass(frozen=True, slots=True)
class Row:
    """A turn of the original and of each branch."""

    number: int
    original: Cell | None
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class BranchesPage:
    """A dialogue and its branches at ``turn``. The ``shared`` turns before it are the same in all."""

    parent: Dialogue
    turn: int
    said: Said
    shared: int
    columns: list[Column]
    count: int

    @property
    def shared_turns(self) -> list[tuple[int, str, str]]:
        return [(number, *said) for number, said in enumerate(self.said.turns[: self.shared], start=1)]

    @property
    def rows(self) -> Iterator[Row]:
        rest = self.said.turns[self.shared :]
        longest = max((len(column.turns) for column in self.columns), default=0)
        for place, (said, _) in enumerate(zip_longest(rest, range(longest))):
            number = self.shared + place + 1
            yield Row(number, Cell(*said) if said else None, [column.cell(number) for column in self.columns])

    @property
    def parent_ending(self) -> str:
        return _ending_sentence(self.parent)

    @property
    def left_out(self) -> int:
        return self.count - len(self.columns)

    @property
    def live(self) -> Live:
        address = reverse("branches-live", args=[self.parent.token, self.turn])
        seconds = 2 if any(column.is_live for column in self.columns) else None
        return Live(address, seconds, "branches/_columns.html")


@dataclass(frozen=True, slots=True)
class Branching:
    """What a dialogue's page says about branches: whether it is one itself, and at which turns it has how many."""

    origin: Branch | None
    counts: dict[int, int]


def read_branching(dialogue: Dialogue) -> Branching:
    """Return the numbers of a dialogue's branches by turn, and its own branch if it is one."""
    origin = Branch.objects.select_related("parent").filter(dialogue=dialogue).first()
    counts = dialogue.branches.order_by("turn").values_list("turn").annotate(Count("pk"))
    return Branching(origin, dict(counts))


def read_branches(parent: Dialogue, turn: int) -> BranchesPage:
    """Read the page of a dialogue's branches at this turn."""
    of_turn = parent.branches.filter(turn=turn)
    latest = list(of_turn.select_related("dialogue__persona").order_by("-pk")[:MOST_COLUMNS])
    count, said, origin = of_turn.count(), said_in(parent), read_origin(parent)
    shared = sum(one.position < turn - 1 for one in answered_turns(parent))
    columns = list(_columns(parent, list(reversed(latest)), said, origin, first=count - len(latest) + 1))
    return BranchesPage(parent, turn, said, shared, columns, count)


def _columns(parent: Dialogue, branches: list[Branch], said: Said, origin: Origin, first: int) -> Iterator[Column]:
    services = live_services()
    postponed = set(BRANCHES.all.filter(IS_POSTPONED, parent=parent).values_list("pk", flat=True))
    for number, branch in enumerate(branches, start=first):
        branch.parent = parent
        ours = said_in(branch.dialogue)
        new, changes = ours.turns[branch.shared :], list_changes(branch, origin)
        yield Column(number, branch, changes, compare(said, ours), new, services, branch.pk in postponed)


def _ending_sentence(dialogue: Dialogue) -> str:
    if dialogue.ended_at is None:
        return "The dialogue has not ended yet."
    found = (sentence for ending, sentence in ENDING_SENTENCES.items() if ending == dialogue.ending)
    return next(found, "The ending of this dialogue was not recorded.")
