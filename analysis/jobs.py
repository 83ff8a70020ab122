"""Who computes which job. The database is the truth about what is left to do; a message is only a bell."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from analysis.models import Job
from jobs.database_clock import in_time, is_over

logger = logging.getLogger(__name__)
State = Job.State
AnyJob = TypeVar("AnyJob", bound=Job)


class LeaseLost(Exception):
    """Somebody else took the job over, or cancelled it: what this worker has in hand is void."""


def work_off(jobs: type[AnyJob], compute: Callable[[AnyJob], None], should_stop: Callable[[], bool]) -> None:
    """Computes what was asked for, one after the other, until nothing is left or ``should_stop``.

    ``compute`` ends by finishing the job, or by giving it back.
    """
    while not should_stop() and (job := _claim(jobs)) is not None:
        try:
            _compute(job, compute)
        except LeaseLost as lost:
            logger.info("%s", lost)


def keep(job: Job, **fields: object) -> None:
    """Stores ``fields``, and renews the lease. Raises LeaseLost."""
    _store(job, leased_until=in_time(job.LEASE), **fields)


def finish(job: Job, state: Job.State, **fields: object) -> None:
    """Stores what became of the job. Raises LeaseLost."""
    _store(job, state=state, leased_until=None, finished_at=timezone.now(), **fields)


def give_back(job: Job, **fields: object) -> None:
    """Leaves the job to whoever comes next. Raises LeaseLost."""
    _store(job, state=State.QUEUED, leased_until=None, **fields)


def ask_again(job: Job) -> bool:
    """Queues a job that failed or was cancelled; whether it was one."""
    stopped = type(job)._default_manager.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED])
    return bool(stopped.update(state=State.QUEUED, message="", finished_at=None))


def cancel(job: Job) -> None:
    """Stops a job that is under way: whoever computes it loses the lease, and what is stored is kept."""
    under_way = type(job)._default_manager.filter(pk=job.pk, state__in=[State.QUEUED, State.RUNNING])
    under_way.update(state=State.CANCELLED, leased_until=None, finished_at=timezone.now())


def _compute(job: AnyJob, compute: Callable[[AnyJob], None]) -> None:
    try:
        compute(job)
    except LeaseLost:
        raise
    except Exception:
        # Whatever it is, the page must say that it went wrong, and the next one is computed all the same.
        logger.exception("%s %s failed.", type(job).__name__, job.token)
        finish(job, State.FAILED, message="Something unexpected went wrong: the worker's log says what.")


@transaction.atomic
def _claim(jobs: type[AnyJob]) -> AnyJob | None:
    waiting = Q(state=State.QUEUED) | Q(state=State.RUNNING) & is_over("leased_until")
    job = jobs._default_manager.select_for_update(of=("self",)).filter(waiting).order_by("pk").first()
    if job is not None:
        this = jobs._default_manager.filter(pk=job.pk)
        this.update(state=State.RUNNING, leased_until=in_time(job.LEASE))
        job.refresh_from_db(fields=["state", "leased_until"])
    return job


@transaction.atomic
def _store(job: Job, **fields: object) -> None:
    """Select the job only while it has the lease that this worker took. The database decides when a lease expires."""
    held = type(job)._default_manager.filter(pk=job.pk, state=State.RUNNING, leased_until=job.leased_until)
    if not held.update(**fields):
        raise LeaseLost(f"{type(job).__name__} {job.token} is no longer this worker's.")
    for name, value in fields.items():
        setattr(job, name, value)
    job.refresh_from_db(fields=["leased_until"])
