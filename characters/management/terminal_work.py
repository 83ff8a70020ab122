"""Work on a job in the terminal that requested it, or leave it to the workers."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import CommandError
from tqdm import tqdm

from characters.quantities import counted
from dialogue.backends import registry
from jobs.heartbeats import live_services
from jobs.models import Job
from jobs.queues import Queue
from jobs.routing import missing_worker
from jobs.workers import Worker, stop_on_signal

PATIENCE = 2
"""The second infrastructure error of an item ends the command, because its user is waiting."""

MakeWorker = Callable[[Callable[[], bool], Callable[[], object]], Worker[Any]]
"""Returns a worker, given what tells it to stop and what it calls after each item."""


def queue_up(queue: Queue[Any], job: Job, unit: str) -> Iterator[str]:
    """Queue the job, and return sentences: how much is left to do, and which worker is missing."""
    queue.queue(job)
    yield f"Queued: {_counted(_left(queue, job), unit)}."
    if sentence := missing_worker(job, live_services()):
        yield sentence


def work_off(queue: Queue[Any], job: Job, make_worker: MakeWorker, unit: str, bar: "tqdm[Any] | None" = None) -> None:
    """Process the job's items in this process. Raises CommandError unless all are finished.

    ``bar`` shows the progress if that is not simply the number of items.
    """
    if not (left := _left(queue, job)):
        return
    queue.start(job)
    bar = progress_bar(unit, left) if bar is None else bar
    try:
        with stop_on_signal() as stop, bar:
            worker = make_worker(stop.is_set, bar.update)
            async_to_sync(worker.work_off)(queue.items_of(job))
    finally:
        queue.finish_complete()
        queue.leave(job)
        async_to_sync(registry.close_models)()
    _refuse_incomplete(queue, job, unit)


def progress_bar(unit: str, total: int | None = None) -> "tqdm[Any]":
    """Return a bar in the terminal; the ``total`` may be known later."""
    return tqdm(total=total, file=sys.stderr, unit=unit.removesuffix("s"), dynamic_ncols=True)


def _refuse_incomplete(queue: Queue[Any], job: Job, unit: str) -> None:
    left = _left(queue, job)
    if left and job.message:
        raise CommandError(job.message, returncode=2)
    if left:
        raise CommandError(f"Stopped with {_counted(left, unit)} left. Repeat the command to continue.", returncode=130)


def _counted(number: int, unit: str) -> str:
    return counted(number, unit.removesuffix("s"))


def _left(queue: Queue[Any], job: Job) -> int:
    return queue.items_of(job).filter(finished_at=None).count()
