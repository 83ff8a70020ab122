"""Workers that play the dialogues of cells."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.roleplay import Ended, Exchange, roleplay
from jobs.queues import Queue
from simulation import services
from simulation.casting import Cast, Casting
from simulation.cells import CELLS
from simulation.models import Simulation
from simulation.worked_time import note_work
from studies.language_models.model_workers import ModelWorker
from studies.models import Turn

Step = Exchange | Ended


def _ignore(_step: Step) -> None:
    """Ignore the step."""


@dataclass
class Worker(ModelWorker[Simulation]):
    """Claims cells and plays them, saving every turn as soon as it is complete. ``on_step`` receives every turn and ending."""

    casting: Casting
    on_step: Callable[[Step], None] = _ignore
    _noted: float = field(default=float("-inf"), init=False)

    @property
    def queue(self) -> Queue[Simulation]:
        return CELLS

    async def _take_more(self, items: QuerySet[Simulation]) -> None:
        await super()._take_more(items)
        if self.in_hand and perf_counter() - self._noted >= self.tick:
            self._noted = perf_counter()
            await sync_to_async(note_work)(list(self.in_hand))

    async def _do(self, item: Simulation) -> None:
        cast = await self._load(partial(self.casting.cast, item))
        past = await sync_to_async(services.past_turns)(item)
        is_opening = not past
        async with aclosing(_steps(cast, past)) as steps:
            async for step in steps:
                if is_opening:
                    _refuse_small_context(cast, step)
                is_opening = False
                await self._save(item, step, cast)
                self.on_step(step)

    async def _save(self, cell: Simulation, step: Step, cast: Cast) -> None:
        if isinstance(step, Exchange):
            save = partial(services.save_exchange, cell, cast, step, self.name)
        else:
            save = partial(services.finish_simulation, cell, cast, step, self.name, self.clock())
        await sync_to_async(save)()


def _refuse_small_context(cast: Cast, first: Step) -> None:
    """Raise an error if the context cannot hold even the first prompt: that is a mistake in models.toml, not a result."""
    if isinstance(first, Ended) and first.ending == "context_full":
        speaker = "responder" if any(output.checked.status == "said" for output in first.outputs) else "inquirer"
        raise ModelMisconfigured(
            f"The context of the {speaker} is too small for its first prompt about the goal {cast.goal[:60]!r}…. "
            "Raise `context` in models.toml and start a new run."
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
