"""The worker that plays branches."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from asgiref.sync import sync_to_async

from dialogue.forks import roleplay_after
from dialogue.roleplay import Ended, Exchange, roleplay
from jobs.queues import Queue
from simulation.branches.forking import save_step, spec_of
from simulation.branches.queue import BRANCHES
from simulation.casting import Cast, Casting
from simulation.models import Branch
from simulation.provenance import describe_worker
from simulation.services import past_turns, record_environment
from studies.language_models.model_workers import ModelWorker
from studies.models import Turn


def _ignore(_step: Exchange | Ended) -> None:
    """Ignore the step."""


@dataclass
class BranchWorker(ModelWorker[Branch]):
    """Claims branches and plays them from their stored turns. ``on_step`` receives every turn and ending, once stored."""

    casting: Casting
    on_step: Callable[[Exchange | Ended], None] = _ignore

    @property
    def queue(self) -> Queue[Branch]:
        return BRANCHES

    async def _do(self, item: Branch) -> None:
        spec = await sync_to_async(spec_of)(item)
        cast = await self._load(partial(self.casting.play, spec))
        try:
            await self._record(item, cast)
            past = await sync_to_async(past_turns)(item)
            async with aclosing(_steps(item, cast, past)) as steps:
                async for step in steps:
                    await sync_to_async(save_step)(item, cast, step, self.name, self.clock())
                    self.on_step(step)
        finally:
            cast.forget()

    async def _record(self, branch: Branch, cast: Cast) -> None:
        """Store what this worker plays the branch with, before its first turn."""
        describe = partial(describe_worker, self.casting.models_file, cast, branch.configuration, self.concurrency)
        await sync_to_async(record_environment)(branch, await self._load(describe), self.name)


def _steps(branch: Branch, cast: Cast, past: Sequence[Turn]) -> AsyncGenerator[Exchange | Ended]:
    """Continue playing; the edited utterance comes first, unless it has been answered."""
    is_edited = branch.utterance and len(past) == branch.shared
    play = partial(roleplay_after, branch.utterance) if is_edited else roleplay
    return play(
        cast.inquirer,
        cast.responder,
        persona=cast.persona,
        goal=cast.goal,
        prompts=cast.prompts,
        max_turns=cast.max_turns,
        past=past,
    )
