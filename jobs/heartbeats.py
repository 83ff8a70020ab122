"""Heartbeats of workers: which workers are alive, what they serve and what they are doing."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from time import monotonic

from django.db import DatabaseError, close_old_connections
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from jobs.database_clock import in_time, is_ahead
from jobs.leases import LEASE
from jobs.models import Job, WorkerProcess
from jobs.routing import Service, missing_worker

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
SWEEP_SECONDS = 15.0
ALIVE = timedelta(seconds=15)
"""Time without a heartbeat after which a worker counts as gone: it was killed, or it hangs."""
FORGOTTEN = timedelta(hours=1)
IS_RENEWED = Q(leased_until__gt=in_time(LEASE - ALIVE), finished_at=None) & ~Q(worker="")
"""Selects items whose worker has recently renewed its lease: workers do so every second."""
IS_POSTPONED = Q(is_ahead("leased_until"), worker="", finished_at=None)
"""Selects items that wait for the next attempt after an error."""


class Heart(threading.Thread):
    """Thread that writes a worker's heartbeat every two seconds, and calls ``sweep`` at the start and every 15 seconds.

    ``doing`` returns what the worker is doing, in words.
    """

    def __init__(self, name: str, service: Service, doing: Callable[[], str], sweep: Callable[[], None]) -> None:
        super().__init__(name="heart", daemon=True)
        self._worker, self._service = name, service
        self._doing, self._sweep = doing, sweep
        self._stopping = threading.Event()
        self._swept_at = float("-inf")

    def run(self) -> None:
        while not self._stopping.is_set():
            self._safely(self._beat)
            self._stopping.wait(BEAT_SECONDS)
        self._safely(lambda: forget_worker(self._worker))

    def stop(self) -> None:
        """Announce that the worker is stopping, so that no job waits for it."""
        self._stopping.set()

    def _beat(self) -> None:
        record_heartbeat(self._worker, self._service, self._doing())
        if monotonic() - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = monotonic()
            self._sweep()

    def _safely(self, act: Callable[[], None]) -> None:
        """Run ``act``; only log an error, because the next beat tries again."""
        try:
            close_old_connections()
            act()
        except DatabaseError as error:
            logger.warning("The worker's heartbeat could not be stored: %s", error)
        except Exception:
            # Nothing above this frame can act on an error: it would end the thread, and the worker, although it works on,
            # would count as gone.
            logger.exception("The worker's heartbeat failed.")
        finally:
            close_old_connections()


def record_heartbeat(name: str, service: Service, doing: str = "") -> None:
    """Store that the worker is alive now, by the database's clock."""
    if not WorkerProcess.objects.filter(name=name).update(doing=doing, seen_at=Now()):
        WorkerProcess.objects.filter(seen_at__lt=in_time(-FORGOTTEN)).delete()
        WorkerProcess.objects.create(name=name, queues=sorted(service.queues), doing=doing, seen_at=Now())


def forget_worker(name: str) -> None:
    """Delete the heartbeat of a worker that stops."""
    WorkerProcess.objects.filter(name=name).delete()


def live_services() -> list[Service]:
    """Return what each live worker serves."""
    alive = WorkerProcess.objects.filter(seen_at__gt=in_time(-ALIVE))
    return [Service(frozenset(queues)) for queues in alive.values_list("queues", flat=True)]


def serving_workers(model: str) -> list[WorkerProcess]:
    """Return the live workers that may use ``model``."""
    alive = WorkerProcess.objects.filter(seen_at__gt=in_time(-ALIVE)).order_by("name")
    return [each for each in alive if Service(frozenset(each.queues)).can_use(model)]


def absent_worker(job: Job, services: Iterable[Service] | None = None) -> str:
    """Return a sentence about the missing worker that ``job`` needs; empty if it has one.

    ``services`` are those of the live workers, if the caller knows them. A job that has just been started gets
    the benefit of the doubt.
    """
    if not (job.is_running and job.is_queued) or has_just_started(job):
        return ""
    return missing_worker(job, live_services() if services is None else services)


def is_abandoned(job: Job, *, is_worked_on: bool) -> bool:
    """Return whether the terminal that worked on the job was closed or stopped before it could pause the job.

    ``is_worked_on`` says whether any of its items is IS_RENEWED or IS_POSTPONED.
    """
    return job.is_running and not job.is_queued and not (is_worked_on or has_just_started(job))


def has_just_started(job: Job) -> bool:
    """Return whether the job was opened to workers so recently that none can be expected to have claimed it."""
    return job.started_at is not None and timezone.now() - job.started_at < ALIVE
