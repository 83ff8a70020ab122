"""Celery's doors. A task is a bell: what there is to compute stands in the database."""

import threading
from collections.abc import Callable
from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from analysis.power import estimates
from analysis.study import reports

_reporting, _estimating = threading.Lock(), threading.Lock()


@shared_task(name=reports.BELL)
def compute() -> None:
    """Computes the reports that were asked for, in one place per process."""
    _alone(_reporting, reports.work_off)


@shared_task(name=estimates.BELL)
def estimate_power() -> None:
    """Computes the estimates of power that were asked for, in one place per process; reports do not wait for them."""
    _alone(_estimating, estimates.work_off)


@worker_ready.connect
def look_for_work(**_: Any) -> None:
    """A worker that starts looks for work itself: the message that rang for it may have died with another worker."""
    compute.delay()
    estimate_power.delay()


def _alone(at_work: threading.Lock, work_off: Callable[[], None]) -> None:
    if at_work.acquire(blocking=False):
        try:
            work_off()
        finally:
            at_work.release()
