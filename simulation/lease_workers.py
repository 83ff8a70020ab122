"""Working off leased rows: many at once in one process, each its own coroutine, nothing waits for the slowest."""

import asyncio
import logging
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Generic

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.utils import timezone

from dialogue.backends.base import BackendError, ModelMisconfigured
from simulation.leasing import LONGEST_PAUSE, PATIENCE, LeaseLost, Leases, Work
from simulation.stopwatch import Stopwatch
from studies.language_models.keys import without_keys

logger = logging.getLogger(__name__)

TICK = 1.0


def new_worker_name() -> str:
    """A name that no other worker has, telling where it runs."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"


@dataclass(kw_only=True)
class LeaseWorker(ABC, Generic[Work]):
    """Claim rows and process them, ``concurrency`` at a time; subclasses define the work.

    A row may have ``patience`` infrastructure errors in a row before its job is paused, and waits at most ``longest_pause``
    between two tries. ``should_stop`` is called every ``tick`` seconds, and ``on_error`` with every infrastructure error.
    ``stopwatch`` runs while there is work. Database work runs on the thread that called, so it
    keeps that thread's connection.
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
    _doing: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)

    @property
    @abstractmethod
    def leases(self) -> Leases[Work]:
        """Leases on the rows that it works on."""

    @abstractmethod
    async def _do(self, row: Work) -> None:
        """Does one row, and stores it. Raises LeaseLost, or BackendError or one of its kinds."""

    async def work_off(self, rows: QuerySet[Work]) -> None:
        """Works until no open row is left in ``rows``, waiting for leases of other workers to end or expire."""
        try:
            while not self.should_stop():
                await self._take_more(rows)
                if not self._doing and not await sync_to_async(self.leases.open(rows).exists)():
                    return
                await self._wait()
                await self._keep_leases()
        finally:
            await self._drop(list(self._doing))

    async def _take_more(self, rows: QuerySet[Work]) -> None:
        room = self.concurrency - len(self._doing)
        if room:
            for row in await sync_to_async(self.leases.claim)(rows, self.name, room):
                self._doing[row.pk] = asyncio.create_task(self._do_safely(row))
        self.stopwatch.look(is_working=bool(self._doing))

    async def _wait(self) -> None:
        if not self._doing:
            await asyncio.sleep(self.tick)
            return
        done, _ = await asyncio.wait(self._doing.values(), timeout=self.tick, return_when=asyncio.FIRST_COMPLETED)
        self._doing = {pk: task for pk, task in self._doing.items() if task not in done}
        for task in done:
            task.result()  # raises if even recording what went wrong went wrong: then the database is not there to work with

    async def _keep_leases(self) -> None:
        """Renews what this worker does, and drops what it no longer holds or what was paused or cancelled."""
        still = await sync_to_async(self.leases.renew)(list(self._doing), self.name)
        await self._drop([pk for pk in self._doing if pk not in still])

    async def _drop(self, ids: list[int]) -> None:
        tasks = [self._doing.pop(pk) for pk in ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if ids:
            await sync_to_async(self.leases.release)(ids, self.name)

    async def _do_safely(self, row: Work) -> None:
        """Does one row; what goes wrong with it is recorded and touches no other."""
        try:
            await self._do(row)
        except LeaseLost as lost:
            logger.info("%s", lost)
        except ModelMisconfigured as error:
            await sync_to_async(self.leases.halt)(getattr(row, self.leases.job), without_keys(str(error)))
            await sync_to_async(self.leases.release)([row.pk], self.name)
        except BackendError as error:
            await self._postpone(row, without_keys(str(error)))
        except Exception as error:
            logger.exception("%s %s failed.", type(row).__name__, row.pk)
            await self._postpone(row, f"Unexpected {type(error).__name__}: see the worker's log.")

    async def _postpone(self, row: Work, error: str) -> None:
        self.on_error(error)
        try:
            await sync_to_async(self.leases.postpone)(row, self.name, error, self.patience, self.longest_pause)
        except LeaseLost as lost:
            logger.info("%s", lost)
