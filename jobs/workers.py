"""Workers that process many items at once, each in a separate coroutine, so that nothing waits for the slowest."""

import asyncio
import gc
import logging
import os
import signal
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from secrets import token_hex
from time import perf_counter
from typing import Generic

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.utils import timezone

from dialogue.backends.base import BackendError, ModelMisconfigured
from jobs.leases import LEASE, LONGEST_PAUSE, LeaseLost, Work
from jobs.models import Job
from jobs.queues import Queue
from jobs.statements import compile_once

logger = logging.getLogger(__name__)

TICK = 1.0
PATIENCE = 8


class Hopeless(Exception):
    """Another attempt would not help, so the job stops with this message."""


def new_worker_name() -> str:
    """Return a unique name that says where the worker runs."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C or SIGTERM sets, so that work stops after the current step and leases are returned."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Stopwatch:
    """Counts the seconds during which there is work. ``clock`` returns seconds."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._since: float | None = None
        self.seconds = 0.0

    def look(self, *, is_working: bool) -> None:
        """Note whether there is work from now on. Time in which the process was suspended between two looks does not count."""
        now = self._clock()
        if self._since is not None and now - self._since <= LEASE.total_seconds():
            self.seconds += now - self._since
        self._since = now if is_working else None


@cache
def _keep_what_is_loaded() -> None:
    """Let the garbage collector skip the loaded libraries from now on, through which it would look for a tenth of the time.

    Once per process: even counting what it skips takes a twentieth of a second.
    """
    gc.collect()
    gc.freeze()


@dataclass(kw_only=True)
class Worker(ABC, Generic[Work]):
    """Claims items and processes them, ``concurrency`` at a time; subclasses define the work, and may share it out otherwise.

    An item may have ``patience`` infrastructure errors in a row before its job is paused, and waits at most ``longest_pause``
    between two attempts. ``should_stop`` is called every ``tick`` seconds, and ``on_error`` with every infrastructure error.
    ``stopwatch`` runs while there is work. Database work runs on the caller's thread and uses
    its connection.
    """

    concurrency: int = 16
    patience: int = PATIENCE
    longest_pause: timedelta = LONGEST_PAUSE
    name: str = field(default_factory=new_worker_name)
    should_stop: Callable[[], bool] = lambda: False
    clock: Callable[[], datetime] = timezone.now
    tick: float = TICK
    on_error: Callable[[str], None] = lambda _sentence: None
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    in_hand: dict[int, Work] = field(default_factory=dict, init=False)
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _kept_at: float = field(default=float("-inf"), init=False)
    _claimable_jobs: Callable[[], list[Job]] = field(default=list, init=False)

    @property
    @abstractmethod
    def queue(self) -> Queue[Work]:
        """Return the queue whose items it processes."""

    @abstractmethod
    async def _do(self, item: Work) -> None:
        """Process one item and store the result. Raises LeaseLost, Hopeless, or BackendError or one of its kinds.

        If another item's error halts the job meanwhile, only the step in progress is finished and stored (``Leases.hold``).
        """

    def _room_for(self, job: Job) -> int:
        """Return how many more items of ``job`` it may hold now, if no other worker holds any."""
        return self.concurrency - len(self._tasks)

    def _claim(self, job: Job, items: QuerySet[Work], count: int) -> list[Work]:
        """Claim up to ``count`` of ``items``, all of ``job``."""
        return self.queue.claim_of(job, items, self.name, count)

    def _explain(self, error: Exception) -> str:
        """Return a sentence about the error that is safe to show on pages."""
        return str(error)

    async def work_off(self, items: QuerySet[Work]) -> None:
        """Process ``items`` until none is open, waiting for the leases of other workers to end or expire."""
        _keep_what_is_loaded()
        jobs = self.queue.claimable_jobs(items, self.name)
        self._claimable_jobs = await sync_to_async(compile_once)(jobs)
        try:
            while not self.should_stop():
                await self._take_more(items)
                if not self._tasks and not await sync_to_async(self.queue.open(items).exists)():
                    return
                await self._wait()
                await self._keep_leases()
        finally:
            await self._drop(list(self._tasks))

    async def _take_more(self, items: QuerySet[Work]) -> None:
        for job in await sync_to_async(self._claimable_jobs)():
            room = self._room_for(job)
            for item in await sync_to_async(self._claim)(job, items, room) if room > 0 else ():
                self.in_hand[item.pk] = item
                self._tasks[item.pk] = asyncio.create_task(self._do_safely(item))
        self.stopwatch.look(is_working=bool(self._tasks))

    async def _wait(self) -> None:
        if not self._tasks:
            await asyncio.sleep(self.tick)
            return
        done, _ = await asyncio.wait(self._tasks.values(), timeout=self.tick, return_when=asyncio.FIRST_COMPLETED)
        for pk in [pk for pk, task in self._tasks.items() if task in done]:
            del self._tasks[pk], self.in_hand[pk]
        for task in done:
            task.result()  # raises if the error could not even be recorded, because the database is unavailable

    async def _keep_leases(self) -> None:
        """Renew this worker's leases once a tick. Drop items that it lost, or whose job someone paused or cancelled."""
        if perf_counter() - self._kept_at < self.tick:
            return
        self._kept_at = perf_counter()
        still = await sync_to_async(self.queue.renew)(list(self._tasks), self.name)
        await self._drop([pk for pk in self._tasks if pk not in still])

    async def _drop(self, ids: list[int]) -> None:
        tasks = [self._tasks.pop(pk) for pk in ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for pk in ids:
            del self.in_hand[pk]
        if ids:
            await sync_to_async(self.queue.release)(ids, self.name)

    async def _do_safely(self, item: Work) -> None:
        """Process one item, recording any error with it, so that other items are not affected."""
        try:
            await self._do(item)
        except LeaseLost as lost:
            await self._give_up(item, lost)
        except (Hopeless, ModelMisconfigured) as error:
            await sync_to_async(self.queue.halt)(self.queue.job_of(item), self._explain(error))
            await sync_to_async(self.queue.release)([item.pk], self.name)
        except BackendError as error:
            await self._postpone(item, self._explain(error))
        except Exception as error:
            logger.exception("%s %s failed.", type(item).__name__, item.pk)
            await self._postpone(item, f"Unexpected {type(error).__name__}. See the worker's log.")

    async def _postpone(self, item: Work, error: str) -> None:
        self.on_error(error)
        try:
            await sync_to_async(self.queue.postpone)(item, self.name, error, self.patience, self.longest_pause)
        except LeaseLost as lost:
            await self._give_up(item, lost)

    async def _give_up(self, item: Work, lost: LeaseLost) -> None:
        """Release the item unless another worker holds it: a job that is paused and resumed must not wait for it."""
        logger.info("%s", lost)
        await sync_to_async(self.queue.release)([item.pk], self.name)
