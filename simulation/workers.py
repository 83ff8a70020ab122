"""Working off cells: many dialogues at once in one process, each its own coroutine, nothing waits for the slowest."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from secrets import token_hex

from asgiref.sync import sync_to_async
from django.utils import timezone

from collection.models import Turn
from dialogue.backends.base import BackendError, ModelMisconfigured
from dialogue.roleplay import Ended, Exchange, roleplay
from simulation import leases, services
from simulation.casting import Cast, Casting
from simulation.leases import Cells, LeaseLost
from simulation.models import Simulation

logger = logging.getLogger(__name__)

TICK = 1.0

Step = Exchange | Ended


def new_worker_name() -> str:
    """A name that no other worker has, telling where it runs."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"


def _ignore(_step: Step) -> None:
    """Nobody watches."""


@dataclass
class Worker:
    """Claims cells and plays them, ``concurrency`` at a time, saving every turn as it completes.

    ``patience`` is how many infrastructure errors in a row one cell may have before its run stands still. ``should_stop``
    is asked every ``tick`` seconds; ``on_step`` is told of every turn and ending. Database work runs on the thread that
    called, so it keeps that thread's connection.
    """

    casting: Casting
    concurrency: int = 16
    patience: int = leases.PATIENCE
    name: str = field(default_factory=new_worker_name)
    should_stop: Callable[[], bool] = lambda: False
    on_step: Callable[[Step], None] = _ignore
    clock: Callable[[], datetime] = timezone.now
    tick: float = TICK
    _playing: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _casting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def work_off(self, cells: Cells) -> None:
        """Works until no open cell is left in ``cells``, waiting for leases of other workers to end or expire."""
        try:
            while not self.should_stop():
                await self._take_more(cells)
                if not self._playing and not await sync_to_async(leases.open_cells(cells).exists)():
                    return
                await self._wait()
                await self._keep_leases()
        finally:
            await self._drop(list(self._playing))

    async def _take_more(self, cells: Cells) -> None:
        room = self.concurrency - len(self._playing)
        if room:
            for cell in await sync_to_async(leases.claim)(cells, self.name, room, self.clock()):
                self._playing[cell.pk] = asyncio.create_task(self._play_safely(cell))

    async def _wait(self) -> None:
        if not self._playing:
            await asyncio.sleep(self.tick)
            return
        done, _ = await asyncio.wait(self._playing.values(), timeout=self.tick, return_when=asyncio.FIRST_COMPLETED)
        self._playing = {pk: task for pk, task in self._playing.items() if task not in done}
        for task in done:
            task.result()  # raises if even recording what went wrong went wrong: then the database is not there to work with

    async def _keep_leases(self) -> None:
        """Renews what this worker plays, and drops what it no longer holds or what was paused or cancelled."""
        still = await sync_to_async(leases.renew)(list(self._playing), self.name, self.clock())
        await self._drop([pk for pk in self._playing if pk not in still])

    async def _drop(self, ids: list[int]) -> None:
        tasks = [self._playing.pop(pk) for pk in ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if ids:
            await sync_to_async(leases.release)(ids, self.name)

    async def _play_safely(self, cell: Simulation) -> None:
        """Plays one cell; what goes wrong with it is recorded and touches no other."""
        try:
            await self._play(cell)
        except LeaseLost as lost:
            logger.info("%s", lost)
        except ModelMisconfigured as error:
            await sync_to_async(leases.halt)(cell.run, str(error))
            await sync_to_async(leases.release)([cell.pk], self.name)
        except BackendError as error:
            await self._postpone(cell, str(error))
        except Exception as error:
            logger.exception("Cell %s of run %s failed.", cell.pk, cell.run.token)
            await self._postpone(cell, f"Unexpected {type(error).__name__}: see the worker's log.")

    async def _play(self, cell: Simulation) -> None:
        cast = await self._cast(cell)
        past = await sync_to_async(services.past_turns)(cell)
        is_opening = not past
        async with aclosing(_steps(cast, past)) as steps:
            async for step in steps:
                if is_opening:
                    _refuse_small_context(cast, step)
                is_opening = False
                await self._save(cell, step, cast)
                self.on_step(step)

    async def _cast(self, cell: Simulation) -> Cast:
        """On a thread of its own, because loading a model takes long and leases are renewed meanwhile; one at a time."""
        async with self._casting:
            return await asyncio.to_thread(self.casting.cast, cell)

    async def _save(self, cell: Simulation, step: Step, cast: Cast) -> None:
        if isinstance(step, Exchange):
            save = partial(services.save_exchange, cell, cast, step, self.name)
        else:
            save = partial(services.finish_simulation, cell, cast, step, self.name, self.clock())
        await sync_to_async(save)()

    async def _postpone(self, cell: Simulation, error: str) -> None:
        try:
            await sync_to_async(leases.postpone)(cell, self.name, error, self.clock(), self.patience)
        except LeaseLost as lost:
            logger.info("%s", lost)


def _refuse_small_context(cast: Cast, first: Step) -> None:
    """A context that does not even hold the first prompt is no result of the method, but a mistake in models.toml."""
    if isinstance(first, Ended) and first.ending == "context_full":
        side = "responder" if any(output.judged.verdict == "said" for output in first.outputs) else "inquirer"
        raise ModelMisconfigured(
            f"The context of the {side} is too small for its first prompt toward {cast.goal[:60]!r}…: "
            "raise `context` in models.toml."
        )


def _steps(cast: Cast, past: Sequence[Turn]) -> AsyncGenerator[Step]:
    return roleplay(
        cast.inquirer,
        cast.responder,
        persona=cast.persona,
        goal=cast.goal,
        prompts=cast.prompts,
        max_turns=cast.max_turns,
        past=past,
    )
