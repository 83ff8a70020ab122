"""Threads that outlive a request, and with them their connections to the database."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from asgiref.sync import ThreadSensitiveContext


class Threads:
    """Lend each request a separate thread and keep the threads for later requests.

    Django alone would start a thread, and so a database connection, for each request.
    """

    def __init__(self) -> None:
        self._idle: list[ThreadPoolExecutor] = []

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        """Run the block's database work in one thread that nothing else uses in the meantime."""
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, "page")
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            self._idle.append(thread)
