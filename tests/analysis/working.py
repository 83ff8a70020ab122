"""Work off analyses and estimates of power in the test's own process."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections
from django.test import TestCase

from analysis.power.estimates import ESTIMATES, compute_estimate
from analysis.study.reports import REPORTS, compute_report
from analysis.workers import Compute, ComputingWorker, on_own_thread
from jobs.queues import Queue


async def here(act: Callable[[], None]) -> None:
    """Run ``act`` with the database connection of the test, whose transaction nobody else sees into."""
    await sync_to_async(act)()


def work_off(queue: Queue[Any], compute: Compute, **fields: Any) -> None:
    """Compute what is open of the queue."""
    values: dict[str, Any] = {"on_thread": here, "tick": 0.02} | fields
    async_to_sync(ComputingWorker(computations=queue, compute=compute, **values).work_off)(queue.queued())


def work_off_reports() -> None:
    """Compute the reports that were requested, as a worker does."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_off(REPORTS, compute_report)


def work_off_estimates(should_stop: Callable[[], bool] = lambda: False, *, is_alone: bool = True) -> None:
    """Compute the estimates that were requested; on a thread of their own unless the test ``is_alone``."""
    work_off(ESTIMATES, compute_estimate, should_stop=should_stop, on_thread=here if is_alone else on_own_thread)


def beside_the_browser(act: Callable[[], None]) -> None:
    """Run ``act`` on another thread: Playwright keeps an event loop in that of the test."""

    def connected() -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(connected).result()
