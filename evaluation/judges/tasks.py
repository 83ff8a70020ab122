"""Celery's doors. A task is a bell: what there is to judge stands in the database."""

from typing import Any

from asgiref.sync import async_to_sync
from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from dialogue.backends import registry
from evaluation.judges.sittings import BELL, finish_complete, queued_verdicts
from evaluation.judges.workers import Judge
from simulation.duty import Duty, is_stopping

_duty = Duty()


@shared_task(name=BELL)
def sit() -> None:
    """Works off every verdict that is queued, in one place per process, and when nothing is simulated there."""
    with _duty.take() as is_ours:
        if is_ours:
            judge = Judge(settings.MODELS_FILE, registry.open_model, should_stop=is_stopping.is_set)
            async_to_sync(judge.work_off)(queued_verdicts())
            finish_complete()


@worker_ready.connect
def look_for_verdicts(**_: Any) -> None:
    """A worker that starts looks for work itself: the message that rang for it may have died with another worker."""
    sit.delay()
