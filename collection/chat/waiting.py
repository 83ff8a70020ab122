"""Waiting for the chatbot: first come, first served, and everybody knows their place."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Tell = Callable[[int], None]


class Line:
    """Lets ``capacity`` at a time through (None: everybody); belongs to one event loop."""

    def __init__(self, capacity: int | None) -> None:
        self._capacity = capacity
        self._served = 0
        self._waiting: deque[tuple[asyncio.Future[None], Tell]] = deque()

    @asynccontextmanager
    async def turn(self, tell: Tell) -> AsyncIterator[None]:
        """Inside it is one's turn. Until then ``tell`` hears, at every change, how many wait before."""
        await self._enter(tell)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, tell: Tell) -> None:
        if self._capacity is None or self._served < self._capacity:
            self._served += 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((called, tell))
        tell(len(self._waiting) - 1)
        try:
            await called
        except asyncio.CancelledError:
            self._give_up(called, tell)
            raise

    def _leave(self) -> None:
        """Whoever is next takes the place over, so that nobody who comes just now can slip in between."""
        while self._waiting:
            called, _ = self._waiting.popleft()
            if not called.cancelled():
                called.set_result(None)
                self._tell_places()
                return
        self._served -= 1

    def _give_up(self, called: asyncio.Future[None], tell: Tell) -> None:
        if not called.cancelled():
            self._leave()
        elif (called, tell) in self._waiting:
            self._waiting.remove((called, tell))
            self._tell_places()

    def _tell_places(self) -> None:
        for place, (_, tell) in enumerate(self._waiting):
            tell(place)
