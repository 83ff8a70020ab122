"""The queue of requests: a limited number are served at once, the others in order of arrival."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from roleplay_site.serving.bodies import Gone
from roleplay_site.serving.refusals import BUSY, Refused


class Turns:
    """Work on ``at_once`` requests and let ``waiting`` others wait, each for at most ``patience`` seconds.

    Each request in progress uses one thread and one database connection, so this bounds both.
    """

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._free, self._most_waiting, self._patience = at_once, waiting, patience
        self._queue: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, leaving: "asyncio.Future[Any]") -> AsyncIterator[None]:
        """Wait, then keep the turn until the block ends. Raises Refused, and Gone once ``leaving`` is done."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(leaving)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, leaving: "asyncio.Future[Any]") -> None:
        if len(self._queue) >= self._most_waiting:
            raise Refused(BUSY)
        mine = asyncio.get_running_loop().create_future()
        self._queue.append(mine)
        try:
            await asyncio.wait({mine, leaving}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._give_up(mine)
            raise
        if not mine.done():
            self._give_up(mine)
            raise Gone if leaving.done() else Refused(BUSY)

    def _give_up(self, mine: "asyncio.Future[None]") -> None:
        if mine.done():
            self._pass_on()
        else:
            self._queue.remove(mine)

    def _pass_on(self) -> None:
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self._free += 1
