"""The queue in which requests to a provider wait until its limit has room for them."""

import asyncio
from asyncio import Future, TimerHandle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from dialogue.backends.openai.limit import AdaptiveLimit, Ticket

_LOOK = 0.05
"""Seconds between two looks at a limit that may rise without an event."""


@dataclass(slots=True)
class Turn:
    """A request's time under way, which ends with an answer, a refusal or neither."""

    limit: AdaptiveLimit
    ticket: Ticket
    is_over: bool = False

    def begin(self) -> None:
        """Note that the provider has begun to answer."""
        self.limit.begin(self.ticket)

    def answer(self, size: int) -> None:
        """Note a complete answer of this size."""
        self.is_over = True
        self.limit.answer(self.ticket, size)

    def refuse(self, pause: float | None) -> None:
        """Note that the provider has too much to do, and for how long it asked to be left alone."""
        self.is_over = True
        self.limit.refuse(self.ticket, pause)


class Gate:
    """Lets requests pass as ``limit`` allows, in the order of their places. Belongs to one event loop."""

    def __init__(self, limit: AdaptiveLimit) -> None:
        self.limit = limit
        self._places = count()
        self._waiting: list[tuple[int, Future[Ticket]]] = []
        self._timer: TimerHandle | None = None

    def place(self) -> int:
        """Return the next place in the queue. A request that is repeated keeps its place."""
        return next(self._places)

    @asynccontextmanager
    async def turn(self, place: int) -> AsyncIterator[Turn]:
        """Wait for the request's turn, and hold it."""
        turn = Turn(self.limit, await self._enter(place))
        try:
            yield turn
        finally:
            if not turn.is_over:
                self.limit.leave(turn.ticket)
            self._open()

    async def _enter(self, place: int) -> Ticket:
        called: Future[Ticket] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (place, called))
        self._open()
        try:
            return await called
        except asyncio.CancelledError:
            if not called.cancelled() and called.exception() is None:
                self.limit.leave(called.result())
            self._open()
            raise

    def dismiss(self, error: Exception) -> None:
        """End the waiting of all requests with this error."""
        while self._has_waiting():
            heappop(self._waiting)[1].set_exception(error)
        self._open()

    def _open(self) -> None:
        """Call the requests for which there is room, and look again soon if any has to wait."""
        while self._has_waiting() and (ticket := self.limit.admit()):
            heappop(self._waiting)[1].set_result(ticket)
        if self._timer:
            self._timer.cancel()
        again = max(_LOOK, self.limit.pause)
        self._timer = asyncio.get_running_loop().call_later(again, self._open) if self._waiting else None

    def _has_waiting(self) -> bool:
        while self._waiting and self._waiting[0][1].done():
            heappop(self._waiting)
        return bool(self._waiting)
