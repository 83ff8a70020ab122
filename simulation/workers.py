"""Working off cells: many dialogues at once in one process."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.roleplay import Ended, Exchange, roleplay
from simulation import leases, services
from simulation.casting import Cast, Casting
from simulation.lease_workers import LeaseWorker, new_worker_name
from simulation.leasing import Leases
from simulation.models import Simulation
from simulation.worked_time import note_work
from studies.models import Turn

__all__ = ["Step", "Worker", "new_worker_name"]

Step = Exchange | Ended


def _ignore(_step: Step) -> None:
    """Nobody watches."""


@dataclass
class Worker(LeaseWorker[Simulation]):
    """Claims cells and plays them, saving every turn as it completes. ``on_step`` is told of every turn and ending."""

    casting: Casting
    on_step: Callable[[Step], None] = _ignore
    _casting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _noted: float = field(default=float("-inf"), init=False)

    @property
    def leases(self) -> Leases[Simulation]:
        return leases.CELLS

    async def _take_more(self, rows: QuerySet[Simulation]) -> None:
        await super()._take_more(rows)
        if self._doing and perf_counter() - self._noted >= self.tick:
            self._noted = perf_counter()
            await sync_to_async(note_work)(list(self._doing))

    async def _do(self, cell: Simulation) -> None:
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


def _refuse_small_context(cast: Cast, first: Step) -> None:
    """A context that does not even hold the first prompt is no result of the method, but a mistake in models.toml."""
    if isinstance(first, Ended) and first.ending == "context_full":
        speaker = "responder" if any(output.checked.status == "said" for output in first.outputs) else "inquirer"
        raise ModelMisconfigured(
            f"The context of the {speaker} is too small for its first prompt toward {cast.goal[:60]!r}…: "
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
