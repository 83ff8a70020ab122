"""How many requests may be under way at a provider, learned from its answers.

The limit doubles while all goes well, falls to what the provider still holds when it refuses a request, and then creeps up
(additive increase, multiplicative decrease, as in TCP). This module neither sends nor sleeps, so its clock is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

FIRST = 20
BACK_OFF = 0.9
"""Part of what the provider held when it refused a request that is sent again."""
REOPENING = 1.0
"""Seconds after a pause over which requests are sent again, so that they do not arrive all at once."""
PROBE = 30.0
"""Time until more is tried than the provider refused, in pauses of the length that it asked for, or else in seconds."""
ROUND = 2.0
"""Seconds after which the limit may double although few answers are complete, if all of them have begun."""
COMPARED = 1.5
"""Growth of the limit over which the speed is compared, because smaller differences are noise."""
WORTH = 0.9
"""Greater growth of an answer's time, as a part of the limit's growth, means that requests only wait longer."""


@dataclass(slots=True)
class Ticket:
    """A request under way. Tickets are numbered in the order in which they were given out."""

    number: int
    round: int
    sent_at: float
    has_begun: bool = False


@dataclass(frozen=True, slots=True)
class Speed:
    """The time that answers took at a limit, in seconds per unit of their size."""

    limit: int
    seconds: float


class AdaptiveLimit:
    """The number of requests that may be under way, from 1 to ``most``. ``clock`` returns seconds.

    Each request gets a ticket and ends with ``answer``, ``refuse`` or ``leave``.
    """

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self.limit = min(FIRST, most)
        self.under_way = 0
        self._most = most
        self._clock = clock
        self._is_doubling = True
        self._ceiling = most
        self._floor = 1
        self._probe_at = self._resumes_at = float("-inf")
        self._given = self._refused = self._round = 0
        self._speed: Speed | None = None
        self._begun = 0
        self._begin_round()

    def admit(self) -> Ticket | None:
        """Return a ticket if a request may be sent now."""
        self._look()
        if self.under_way >= self._open:
            return None
        self._given += 1
        self.under_way += 1
        self._is_full |= self.under_way >= self.limit
        return Ticket(self._given, self._round, self._clock())

    def begin(self, ticket: Ticket) -> None:
        """Note that the provider has begun to answer."""
        if not ticket.has_begun:
            ticket.has_begun = True
            self._begun += 1
            self._proven += 1

    def answer(self, ticket: Ticket, size: int) -> None:
        """Note a complete answer of this ``size``, in any unit that is the same for all answers."""
        self.leave(ticket)
        if ticket.round == self._round:
            self._answers += 1
            self._seconds += self._clock() - ticket.sent_at
            self._size += max(1, size)
        self._look()

    def refuse(self, ticket: Ticket, pause: float | None = None) -> None:
        """Note that the provider has too much to do. Nothing is sent for ``pause`` seconds if it asked for that.

        Refusals of requests that were sent before the limit last fell belong to the same event, which at most halves it.
        """
        was_full = self.under_way >= self.limit
        self.leave(ticket)
        if ticket.number > self._refused:
            self._refused = self._given
            self._floor = max(1, self.limit // 2)
        if was_full:
            self._ceiling = max(self._floor, self.under_way)
        self.limit = min(self.limit, max(self._floor, int(BACK_OFF * self.under_way)))
        self._resumes_at = max(self._resumes_at, self._clock() + (pause or 0))
        self._probe_at = max(self._probe_at, self._clock() + PROBE * (pause or 1))
        self._is_doubling, self._speed = False, None
        self._begin_round()

    def leave(self, ticket: Ticket) -> None:
        """Note that the request ended in a way that says nothing about the limit."""
        self.under_way -= 1
        self._begun -= ticket.has_begun

    @property
    def pause(self) -> float:
        """Return for how many more seconds nothing may be sent."""
        return max(0.0, self._resumes_at - self._clock())

    @property
    def _open(self) -> int:
        """Return the number of requests that may be under way now."""
        share = (self._clock() - self._resumes_at) / REOPENING
        if share < 0:
            return 0
        return self.limit if share >= 1 else max(1, int(self.limit * share))

    def _look(self) -> None:
        """End the round, if the limit has been in use and enough is known about it."""
        if not self._is_full:
            return
        if 2 * self._answers >= self.limit:
            self._change(self._slower())
        elif self._is_doubling and self._proven >= self.limit and self._clock() - self._began >= ROUND:
            self._change()

    def _change(self, slower: Speed | None = None) -> None:
        if slower is not None:
            self.limit = self._ceiling = slower.limit
            self._is_doubling = False
        elif self._is_doubling:
            self.limit = min(2 * self.limit, self._most)
        elif self.limit < self._ceiling or self._clock() >= self._probe_at:
            self.limit = min(self.limit + max(1, (self._ceiling - self.limit) // 2), self._most)
            self._ceiling = max(self._ceiling, self.limit)
        self._begin_round()

    def _slower(self) -> Speed | None:
        """Return the earlier speed if this round was so much slower that its higher limit gained next to nothing."""
        before, now = self._speed, Speed(self.limit, self._seconds / self._size)
        if before is not None and now.limit < COMPARED * before.limit:
            return None
        is_slow = before is not None and now.seconds / before.seconds > WORTH * now.limit / before.limit
        self._speed = None if is_slow else now
        return before if is_slow else None

    def _begin_round(self) -> None:
        """Begin to observe the current limit. Requests under way whose answers have begun show that the provider holds them."""
        self._round += 1
        self._began = self._clock()
        self._is_full = self.under_way >= self.limit
        self._proven = self._begun
        self._answers = self._size = 0
        self._seconds = 0.0
