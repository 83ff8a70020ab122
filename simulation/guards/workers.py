"""The worker that lets guards check many dialogues at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from asgiref.sync import sync_to_async

from dialogue.guards.findings import Guard
from dialogue.guards.opening import open_guard
from jobs.queues import Queue
from simulation.casting import OpenModel
from simulation.guards import checks
from simulation.guards.identity import find_guard
from studies.language_models.model_workers import ModelWorker
from studies.models import GuardCheck, GuardRun


def _ignore() -> None:
    """Ignore progress, because no one displays it."""


@dataclass
class GuardWorker(ModelWorker[GuardCheck]):
    """Claims checks, asks their guards and stores the findings of a dialogue at once, then calls ``on_check``."""

    models_file: Path
    open_model: OpenModel
    on_check: Callable[[], object] = _ignore

    @property
    def queue(self) -> Queue[GuardCheck]:
        return checks.GUARD_CHECKS

    async def _do(self, item: GuardCheck) -> None:
        guard = await self._load(partial(self._open, item.guard_run))
        turns = await sync_to_async(checks.turns_to_check)(item)
        findings = await guard.check(turns, f"guard-{item.pk}")
        await sync_to_async(checks.finish_check)(item, findings, self.name, self.clock())
        self.on_check()

    def _open(self, guard_run: GuardRun) -> Guard:
        return open_guard(find_guard(self.models_file, guard_run.configuration), self.open_model)
