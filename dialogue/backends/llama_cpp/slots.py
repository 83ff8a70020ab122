"""The histories that an engine keeps, and the choice of the one that a request continues."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dialogue.backends.llama_cpp.generation import Generation

_STRIDE = 64


@dataclass(eq=False, slots=True)
class Slot:
    """A sequence of the model's cache: its tokens, the conversation they belong to, and whether it is in use.

    An empty ``owner`` means no conversation; ``used`` orders slots by the time of their last use.
    """

    sequence: int
    tokens: list[int] = field(default_factory=list)
    owner: str = ""
    used: int = 0
    generation: Generation | None = None


class SlotTable:
    """All slots of an engine."""

    def __init__(self, count: int) -> None:
        self._slots = [Slot(sequence) for sequence in range(count)]
        self._taken = 0

    def __len__(self) -> int:
        return len(self._slots)

    def __getitem__(self, sequence: int) -> Slot:
        return self._slots[sequence]

    @property
    def busy(self) -> list[tuple[Slot, Generation]]:
        return [(slot, slot.generation) for slot in self._slots if slot.generation is not None]

    def choose(self, conversation: str, prompt: Sequence[int]) -> Slot | None:
        """Return an idle slot: the conversation's, else the free one that fits best, else the one unused for longest.

        Choosing only the best fit would take slots from live conversations that begin alike. Return None if all are busy.
        """
        idle = [slot for slot in self._slots if slot.generation is None]
        own = [slot for slot in idle if conversation and slot.owner == conversation]
        nobodys = [slot for slot in idle if not slot.owner]
        if own or nobodys:
            return max(own or nobodys, key=lambda slot: common_length(slot.tokens, prompt))
        return min(idle, key=lambda slot: slot.used, default=None)

    def forget(self, conversation: str) -> None:
        """Let others have the slots of a conversation that has ended."""
        for slot in self._slots:
            if slot.owner == conversation:
                slot.owner = ""

    def misplaced(self, slot: Slot) -> Slot | None:
        """Return the idle slot with which ``slot`` should be exchanged, so that busy ones are adjacent at the front.

        The library reads only adjacent ones together. Return None if no exchange is needed.
        """
        busy = len(self.busy)
        if not busy or slot.sequence <= busy:
            return None
        return next(other for other in self._slots if other.generation is None)

    def exchange(self, one: Slot, other: Slot) -> None:
        """Exchange two slots in the table, after their sequences have been exchanged."""
        one.tokens, other.tokens = other.tokens, one.tokens
        one.owner, other.owner = other.owner, one.owner
        one.used, other.used = other.used, one.used

    def nearest(self, prompt: Sequence[int]) -> Slot:
        """Return the slot, busy or idle, that shares the longest beginning with ``prompt``."""
        return max(self._slots, key=lambda slot: common_length(slot.tokens, prompt))

    def take(self, slot: Slot, conversation: str, generation: Generation) -> None:
        self._taken += 1
        slot.used, slot.owner, slot.generation = self._taken, conversation, generation


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """Return the number of tokens that two sequences share at their beginning."""
    shortest = min(len(one), len(other))
    start = 0
    while start < shortest and one[start : start + _STRIDE] == other[start : start + _STRIDE]:
        start += _STRIDE
    while start < shortest and one[start] == other[start]:
        start += 1
    return min(start, shortest)
