"""Threads that outlive a request, and with them their connections to the database."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from asgiref.sync import ThreadSensitiveContext


class Threads:
    """Lend each request a thread of its own; there are as many as requests were under way at once.

    Django alone would start a thread for each request, and that thread would connect to the database anew.
    """

    def __init__(self) -> None:
        self._idle: list[ThreadPoolExecutor] = []

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        """Run what the block does with the database in one thread that nothing else uses meanwhile."""
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, "page")
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            self._idle.append(thread)
