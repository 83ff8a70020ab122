"""Celery's doors. A task is a bell: what there is to compute stands in the database."""

import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from analysis.reports import BELL, work_off

_at_work = threading.Lock()


@shared_task(name=BELL)
def compute() -> None:
    """Computes what was asked for, in one place per process."""
    if _at_work.acquire(blocking=False):
        try:
            work_off()
        finally:
            _at_work.release()


@worker_ready.connect
def look_for_reports(**_: Any) -> None:
    """A worker that starts looks for work itself: the message that rang for it may have died with another worker."""
    compute.delay()
