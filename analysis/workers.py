"""Compute queued items one at a time, each on a separate thread."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from django.db import connections

from analysis.models import Computation
from jobs.queues import Queue
from jobs.workers import Worker

OnThread = Callable[[Callable[[], None]], Awaitable[None]]
Compute = Callable[[Any, str, Event], None]
"""Computes and finishes an item that the named worker holds, unless the event is set first. Raises LeaseLost, Hopeless."""


async def on_own_thread(act: Callable[[], None]) -> None:
    """Run ``act`` on a new thread with a separate database connection."""

    def connected() -> None:
        try:
            act()
        finally:
            connections.close_all()

    await asyncio.to_thread(connected)


@dataclass(kw_only=True)
class ComputingWorker(Worker[Any]):
    """A worker for the computations of one queue. Each is tried only once, because a failure would repeat itself."""

    computations: Queue[Any]
    compute: Compute
    on_thread: OnThread = on_own_thread
    concurrency: int = 1
    patience: int = 1

    @property
    def queue(self) -> Queue[Any]:
        return self.computations

    async def _do(self, item: Computation) -> None:
        """Compute the item. If the worker drops it, wait until the thread has stopped."""
        stopping = Event()
        computing = asyncio.ensure_future(self.on_thread(lambda: self.compute(item, self.name, stopping)))
        try:
            await asyncio.shield(computing)
        except asyncio.CancelledError:
            stopping.set()
            await asyncio.gather(computing, return_exceptions=True)
            raise
