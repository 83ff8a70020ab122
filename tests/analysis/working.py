"""Compute analyses and power estimates in the test's process."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections
from django.test import TestCase

from analysis.humanness.reports import HUMANNESS
from analysis.humanness.reports import compute_report as compute_humanness
from analysis.power.estimates import ESTIMATES, compute_estimate
from analysis.study.reports import REPORTS, compute_report
from analysis.workers import Compute, ComputingWorker, on_own_thread
from jobs.queues import Queue


async def here(act: Callable[[], None]) -> None:
    """Run ``act`` with the test's database connection, because no other connection sees its transaction."""
    await sync_to_async(act)()


def work_off(queue: Queue[Any], compute: Compute, **fields: Any) -> None:
    """Compute the open items of the queue."""
    values: dict[str, Any] = {"on_thread": here, "tick": 0.02} | fields
    async_to_sync(ComputingWorker(computations=queue, compute=compute, **values).work_off)(queue.queued())


def work_off_reports() -> None:
    """Compute the requested reports, as a worker does."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_off(REPORTS, compute_report)


def work_off_humanness() -> None:
    """Measure the health and fidelity of the requested runs, as a worker does."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_off(HUMANNESS, compute_humanness)


def work_off_estimates(should_stop: Callable[[], bool] = lambda: False, *, is_alone: bool = True) -> None:
    """Compute the requested estimates, on a separate thread unless the test ``is_alone``."""
    work_off(ESTIMATES, compute_estimate, should_stop=should_stop, on_thread=here if is_alone else on_own_thread)


def beside_the_browser(act: Callable[[], None]) -> None:
    """Run ``act`` on another thread, because Playwright runs an event loop on the test's thread."""

    def connected() -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(connected).result()
