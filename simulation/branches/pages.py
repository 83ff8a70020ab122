"""The page that shows a dialogue and its branches at one turn side by side."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from django.db.models import Count
from django.urls import reverse

from jobs.heartbeats import IS_POSTPONED, absent_worker, is_abandoned, live_services
from jobs.routing import Service
from simulation.branches.comparison import Change, Parting, Said, compare, list_changes, said_in, verdict
from simulation.branches.origins import Origin, answered_turns, read_origin
from simulation.branches.queue import BRANCHES
from simulation.costs import Cost, cost_of, unpriced_apis
from simulation.models import Branch
from simulation.provenance import PlayedProvenance, read_provenance
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
    numbers: "TurnNumbers"
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
    def can_cancel(self) -> bool:
        return self.branch.finished_at is None and self.branch.state != Branch.State.CANCELLED

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
        """Return where the branch and its original diverge, in a sentence that counts turns as the original does."""
        parting = self.parting and replace(self.parting, turn=self.numbers.of_original(self.parting.turn))
        return verdict(parting, has_ended=self.branch.finished_at is not None, has_played=bool(self.turns))

    @property
    def ending_sentence(self) -> str:
        return _ending_sentence(self.branch.dialogue)

    @property
    def cost(self) -> Cost | None:
        return cost_of(self.branch)

    @property
    def unpriced(self) -> list[str]:
        return unpriced_apis(self.branch)

    @property
    def provenance(self) -> PlayedProvenance:
        return read_provenance(self.branch)

    def cell(self, number: int) -> Cell | None:
        """Return the cell of the branch's turn ``number``; None if the branch has no such turn."""
        place = number - self.branch.shared - 1
        if not 0 <= place < len(self.turns):
            return None
        is_parting = self.parting is not None and self.parting.turn == number
        is_same = self.parting is None or number < self.parting.turn
        return Cell(*self.turns[place], is_same, self.parting.at if is_parting and self.parting else "")


@dataclass(frozen=True, slots=True)
class TurnNumbers:
    """The numbers of the original's answered turns. Branches leave out its failed turns, so they number theirs without gaps."""

    answered: tuple[int, ...]

    def of_original(self, number: int) -> int:
        """Return how the original counts a branch's turn ``number``, continuing after its last turn."""
        over = number - len(self.answered)
        if over <= 0:
            return self.answered[number - 1]
        return over + (self.answered[-1] if self.answered else 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A turn of the original and of each branch. A branch counts fewer turns if the original has failed ones before it."""

    number: int
    branch_number: int
    original: Cell | None
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class BranchesPage:
    """A dialogue and its branches at ``turn``. The ``shared`` turns before it are the same in all."""

    parent: Dialogue
    turn: int
    said: Said
    numbers: TurnNumbers
    shared: int
    columns: list[Column]
    count: int

    @property
    def shared_turns(self) -> list[tuple[int, str, str]]:
        kept = self.said.turns[: self.shared]
        return [(self.numbers.of_original(number), *said) for number, said in enumerate(kept, start=1)]

    @property
    def shared_numbers(self) -> str:
        """Return the numbers of the shared turns in words, such as 1 to 3, or 1, 2 and 4 if a turn between them has failed."""
        *before, last = self.numbers.answered[: self.shared] or (0,)
        if not before:
            return str(last)
        if last - before[0] == len(before):
            return f"{before[0]} to {last}"
        return f"{', '.join(map(str, before))} and {last}"

    @property
    def rows(self) -> Iterator[Row]:
        rest = self.said.turns[self.shared :]
        longest = max((len(column.turns) for column in self.columns), default=0)
        for place, (said, _) in enumerate(zip_longest(rest, range(longest))):
            number = self.shared + place + 1
            cells = [column.cell(number) for column in self.columns]
            yield Row(self.numbers.of_original(number), number, Cell(*said) if said else None, cells)

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
    numbers = TurnNumbers(tuple(one.position + 1 for one in answered_turns(parent)))
    shared = sum(number < turn for number in numbers.answered)
    columns = list(_columns(parent, list(reversed(latest)), said, numbers, origin, first=count - len(latest) + 1))
    return BranchesPage(parent, turn, said, numbers, shared, columns, count)


def _columns(
    parent: Dialogue, branches: list[Branch], said: Said, numbers: TurnNumbers, origin: Origin, first: int
) -> Iterator[Column]:
    services = live_services()
    postponed = set(BRANCHES.all.filter(IS_POSTPONED, parent=parent).values_list("pk", flat=True))
    for number, branch in enumerate(branches, start=first):
        branch.parent = parent
        ours = said_in(branch.dialogue)
        new, changes = ours.turns[branch.shared :], list_changes(branch, origin)
        yield Column(number, branch, changes, compare(said, ours), new, numbers, services, branch.pk in postponed)


def _ending_sentence(dialogue: Dialogue) -> str:
    if dialogue.ended_at is None:
        return "The dialogue has not ended yet."
    found = (sentence for ending, sentence in ENDING_SENTENCES.items() if ending == dialogue.ending)
    return next(found, "The ending of this dialogue was not recorded.")
