"""The queue of examinations: each is a job with itself as its only item."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from dialogue.backends import registry
from dialogue.backends.base import ChatModel
from dialogue.model_config import ModelSpec
from jobs.queues import Queue
from studies.language_models.doctor import SHAPE, examine_model
from studies.language_models.model_workers import ModelWorker
from studies.models import Examination

State = Examination.State
EXAMINATIONS = Queue(table=Examination, task="studies.examine")


@transaction.atomic
def request_examination(model: str, started_by: User | None = None) -> Examination:
    """Queue an examination of the model; if one is in progress, return it."""
    found, is_new = Examination.objects.get_or_create(model=model, state=State.RUNNING)
    if is_new:
        EXAMINATIONS.queue(found, started_by)
    return found


@transaction.atomic
def cancel_examination(model: str) -> None:
    """Cancel the examination of the model that is in progress, if there is one."""
    for found in Examination.objects.filter(model=model, state=State.RUNNING):
        EXAMINATIONS.cancel(found)


def store_report(model: str, report: dict[str, Any]) -> Examination:
    """Store an examination that a command has made."""
    now = timezone.now()
    return Examination.objects.create(model=model, state=State.FINISHED, report=report, started_at=now, finished_at=now)


def latest_examinations() -> dict[str, Examination]:
    """Return the latest examination of each model, in any state."""
    return {each.model: each for each in Examination.objects.order_by("pk")}


def latest_reports() -> dict[str, Examination]:
    """Return the latest finished examination of each model whose report this version of the software can show."""
    finished = Examination.objects.filter(state=State.FINISHED, report__shape=SHAPE)
    return {each.model: each for each in finished.order_by("pk")}


@dataclass
class ExaminationWorker(ModelWorker[Examination]):
    """A worker that examines models, one at a time. Each is tried only once, because someone is waiting for the result."""

    open_model: Callable[[ModelSpec], ChatModel] = registry.open_model
    concurrency: int = 1
    patience: int = 1

    @property
    def queue(self) -> Queue[Examination]:
        return EXAMINATIONS

    async def _do(self, item: Examination) -> None:
        report = await examine_model(item.model, self._open, partial(self._note, item))
        await sync_to_async(_finish)(item, self.name, self.clock(), report.as_object())

    async def _open(self, spec: ModelSpec) -> ChatModel:
        return await self._load(partial(self.open_model, spec))

    async def _note(self, item: Examination, step: str) -> None:
        await sync_to_async(EXAMINATIONS.store)(item, self.name, step=step[:200])


@transaction.atomic
def _finish(item: Examination, worker: str, now: datetime, report: dict[str, Any]) -> None:
    """Store the report, and delete the model's earlier examinations, so that the table stays small. Raises LeaseLost."""
    EXAMINATIONS.finish(item, worker, now, step="", report=report)
    Examination.objects.filter(model=item.model, pk__lt=item.pk).delete()
