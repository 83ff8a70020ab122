"""Celery's doors. A task is a bell: what there is to do stands in the database."""

from typing import Any

from asgiref.sync import async_to_sync
from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

from dialogue.backends import registry
from simulation.casting import Casting
from simulation.duty import Duty, is_stopping
from simulation.selectors import queued_cells
from simulation.services import BELL
from simulation.workers import Worker

_duty = Duty()


@shared_task(name=BELL)
def work_off() -> None:
    """Works off everything that is queued, in one place per process: the models are loaded once.

    It ends when nothing is left, however long that takes; a hung backend is bounded by its own time limits.
    """
    with _duty.take() as is_ours:
        if is_ours:
            worker = Worker(Casting(settings.MODELS_FILE, registry.open_model), should_stop=is_stopping.is_set)
            async_to_sync(worker.work_off)(queued_cells())


@worker_ready.connect
def look_for_work(**_: Any) -> None:
    """A worker that starts looks for work itself: the message that rang for it may have died with another worker."""
    work_off.delay()


@worker_shutting_down.connect
def stop_working(**_: Any) -> None:
    """Lets ``work_off`` give its cells back instead of waiting for the last dialogue."""
    is_stopping.set()
