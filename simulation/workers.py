"""Workers that play the dialogues of cells."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.roleplay import Ended, Exchange, roleplay
from dialogue.seeds import SpeakerName
from jobs.models import Job
from jobs.queues import Queue
from simulation import services
from simulation.budgets import claim_within_budget, halt_spent_runs, is_spent
from simulation.casting import Cast, Casting
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from simulation.pace import Pace
from simulation.provenance import describe_worker
from simulation.roles import sheets_of
from simulation.shares import Share, choose_share
from simulation.worked_time import Effort, forget_work, note_work
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
    _recording: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _recorded: set[int] = field(default_factory=set, init=False)
    _noted: float = field(default=float("-inf"), init=False)
    _shares: dict[int, Share] = field(default_factory=dict, init=False)
    _paces: dict[int, Pace] = field(default_factory=dict, init=False)

    @property
    def queue(self) -> Queue[Simulation]:
        return CELLS

    def _room_for(self, job: Job) -> int:
        """Return the part of the worker's share in the run that is free: a slow API run leaves local runs their dialogues."""
        run = _run(job)
        if is_spent(run):
            return 0
        share, held = self._share_of(run), self.in_hand.values()
        most = run.concurrency or share.dialogues
        of_run = sum(cell.run_id == run.pk for cell in held)
        if share.is_remote:
            return most - of_run
        local = sum(not self._share_of(cell.run).is_remote for cell in held)
        return min(most - of_run, max(self.concurrency, most) - local)

    def _claim(self, job: Job, items: QuerySet[Simulation], count: int) -> list[Simulation]:
        return claim_within_budget(_run(job), items, self.name, count)

    def _share_of(self, run: Run) -> Share:
        if run.pk not in self._shares:
            self._shares[run.pk] = choose_share(run, self.casting.models_file, self.concurrency)
        return self._shares[run.pk]

    async def work_off(self, items: QuerySet[Simulation]) -> None:
        try:
            await super().work_off(items)
        finally:
            await sync_to_async(forget_work)(self.name)

    async def _take_more(self, items: QuerySet[Simulation]) -> None:
        await super()._take_more(items)
        if perf_counter() - self._noted >= self.tick:
            self._noted = perf_counter()
            await sync_to_async(halt_spent_runs)()
            if self.in_hand or self._paces:
                await sync_to_async(note_work)(self.name, self._efforts())

    def _efforts(self) -> dict[int, Effort]:
        """Return what the worker does for each run. The speed on a run that it has left is not remembered."""
        counts = Counter(cell.run_id for cell in self.in_hand.values())
        self._paces = {run: self._paces.get(run) or Pace() for run in counts}
        return {run: _effort(count, self._paces[run]) for run, count in counts.items()}

    async def _do(self, item: Simulation) -> None:
        sheets = await sync_to_async(sheets_of)(item.run.configuration, item.persona)
        cast = await self._load(partial(self.casting.cast, item, sheets))
        try:
            await self._play(item, cast)
        finally:
            cast.forget()

    async def _play(self, item: Simulation, cast: Cast) -> None:
        await self._record(item.run, cast)
        past = await sync_to_async(services.past_turns)(item)
        is_opening = not past
        async with aclosing(_steps(cast, past)) as steps:
            async for step in steps:
                if is_opening:
                    _refuse_small_context(cast, step)
                is_opening = False
                may_continue = await self._save(item, step, cast)
                self.on_step(step)
                if not may_continue:
                    await sync_to_async(CELLS.release)([item.pk], self.name)
                    return

    async def _record(self, run: Run, cast: Cast) -> None:
        """Store what this worker plays the run with, once and before its first turn."""
        async with self._recording:
            if run.pk not in self._recorded:
                most = run.concurrency or self._share_of(run).dialogues
                describe = partial(describe_worker, self.casting.models_file, cast, run.configuration, most)
                await sync_to_async(services.record_environment)(run, await self._load(describe), self.name)
                self._recorded.add(run.pk)

    async def _save(self, cell: Simulation, step: Step, cast: Cast) -> bool:
        """Store the step. Return whether the dialogue may continue."""
        if isinstance(step, Exchange):
            may_continue = await sync_to_async(services.save_exchange)(cell, cast, step, self.name)
        else:
            await sync_to_async(services.finish_simulation)(cell, cast, step, self.name, self.clock())
            may_continue = True
        if pace := self._paces.get(cell.run_id):
            (pace.turns if isinstance(step, Exchange) else pace.dialogues).count()
        return may_continue


def _run(job: Job) -> Run:
    if not isinstance(job, Run):
        raise TypeError(f"{job!r} is not a run.")
    return job


def _effort(dialogues: int, pace: Pace) -> Effort:
    ended, turns = pace.dialogues.per_second(), pace.turns.per_second()
    return Effort(dialogues, ended and ended * 3600, turns and turns * 60)


def _refuse_small_context(cast: Cast, first: Step) -> None:
    """Raise an error if the context cannot hold even the first prompt: that is a mistake in models.toml, not a result."""
    if isinstance(first, Ended) and first.ending == "context_full":
        has_asked = any(output.checked.status == "said" for output in first.outputs)
        speaker: SpeakerName = "responder" if has_asked else "inquirer"
        raise ModelMisconfigured(
            f"The context of the {speaker} is too small for its first prompt about the goal {cast.goal[:60]!r}…. "
            f"Raise `context` in models.toml{_or_fewer_pairs(cast, speaker)} and start a new run."
        )


def _or_fewer_pairs(cast: Cast, speaker: SpeakerName) -> str:
    """Return another remedy for an inquirer whose first prompt has the pairs of a character; empty for others."""
    has_pairs = speaker == "inquirer" and cast.records.get(speaker, {}).get("pairs")
    return ", or choose the elicitation zero-shot, which sends no pairs," if has_pairs else ""


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
