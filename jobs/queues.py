"""A queue of jobs of one kind: start, pause, cancel and finish them."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, TypeVar, cast

from celery import current_app
from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from jobs.database_clock import in_time
from jobs.leases import LONGEST_PAUSE, Leases, Work
from jobs.models import Job, takes_results
from jobs.routing import EVERYTHING, Service, queues_for
from jobs.rows import update_row
from jobs.signals import job_controlled
from jobs.statements import Parameter, Statement

logger = logging.getLogger(__name__)
State = Job.State
AnyJob = TypeVar("AnyJob", bound=Job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Leases[Work]):
    """Jobs, and leases on their items. Workers claim items of queued jobs, oldest first; the Celery task ``task`` wakes them.

    All methods that change a job also update the ``job`` passed to them, which may be older than its row.
    """

    task: str

    @property
    def job_type(self) -> type[Job]:
        """Return the model of its jobs."""
        related: Any = self.table._meta.get_field(self.job).related_model if self.job else self.table
        return cast(type[Job], related)

    def queued(self, service: Service = EVERYTHING) -> QuerySet[Work]:
        """Return the items, finished or not, of queued jobs that a worker with this service may claim."""
        return self.all.filter(self.of_jobs(is_queued=True, **service.lookups(self.job_type)))

    def next_job(self, service: Service) -> Job | None:
        """Return the oldest running job that a worker with this service may work on."""
        jobs = self.job_type._default_manager.filter(state=State.RUNNING, is_queued=True)
        return jobs.filter(**service.lookups(self.job_type)).order_by("pk").first()

    def claimable_jobs(self, items: QuerySet[Work], worker: str) -> QuerySet[Job]:
        """Return the running jobs of which ``worker`` may claim any of ``items``, oldest first.

        The query looks for each job's first free item in order, as an index holds them, and not among all items, most of
        which have ended.
        """
        free = self.free(items, worker).filter(**{self.job or "pk": OuterRef("pk")}).order_by(*self.order)
        running = self.job_type._default_manager.filter(state=State.RUNNING)
        return running.alias(first=Subquery(free.values("pk")[:1])).exclude(first=None).order_by("pk")

    def claim_of(self, job: Job, items: QuerySet[Work], worker: str, count: int) -> list[Work]:
        """Claim up to ``count`` of ``items``, all of ``job``, so that all workers together hold no more than its limit.

        A job with a limit is locked, so that workers that claim at the same time count one after another.
        """
        of_job = items.filter(**{self.job or "pk": job.pk})
        if job.most_at_once is None:
            return self.claim(of_job, worker, count)
        with transaction.atomic():
            limit = self.lock(job).most_at_once
            count = count if limit is None else min(count, limit - self.held(job).count())
            return self.claim(of_job, worker, count) if count > 0 else []

    def ring(self, job: Job, *queues: str) -> None:
        """Send a message about ``job`` to the workers that may serve it. If the broker is down, they find it later."""
        about = {"job": job.token, "about": str(job)}
        try:
            for queue in queues or queues_for(job):
                current_app.send_task(self.task, kwargs=about, queue=queue)
        except (OperationalError, OSError) as error:
            logger.warning(
                "The message broker cannot be reached (%s). Check that it is running, and check CELERY_BROKER_URL. Workers find"
                " the work as soon as it is back.",
                error,
            )

    @transaction.atomic
    def start(self, job: Job) -> None:
        """Open the job's items to this process, and also to the workers if it is already queued."""
        self._announce(job)
        row = self.lock(job)
        self._begin(job, is_queued=row.is_queued and row.is_running)

    @transaction.atomic
    def queue(self, job: Job, started_by: AbstractUser | None = None) -> None:
        """Open the job's items to all workers."""
        self._announce(job)
        self.lock(job)
        self._begin(job, is_queued=True, **{"started_by": started_by} if started_by else {})
        transaction.on_commit(partial(self.ring, job))

    @transaction.atomic
    def leave(self, job: Job) -> None:
        """Pause the job that this process leaves unfinished, unless workers or another process continue it."""
        row = self.lock(job)
        if row.is_running and not row.is_queued and not self.held(job).exists():
            self._change(job, state=State.PAUSED)
        else:
            job.refresh_from_db()

    @transaction.atomic
    def pause(self, job: Job) -> None:
        """Stop a running job within seconds. When it starts again, it continues where it stopped."""
        if self.lock(job).is_running:
            job_controlled.send(sender=type(job), job=job, act="paused")
            self._change(job, state=State.PAUSED, message="")

    @transaction.atomic
    def cancel(self, job: Job) -> None:
        """Stop an unfinished job until it is started again explicitly."""
        if self.lock(job).state != State.FINISHED:
            job_controlled.send(sender=type(job), job=job, act="cancelled")
            self._change(job, state=State.CANCELLED, is_queued=False, message="")

    def halt(self, job: Job, message: str) -> None:
        """Pause a running job because of an error, with a message that says why.

        No further item is claimed; the steps in progress are finished and stored.
        """
        type(job)._default_manager.filter(pk=job.pk, state=State.RUNNING).update(state=State.PAUSED, message=message)

    @transaction.atomic
    def postpone(self, item: Work, worker: str, error: str, patience: int, longest: timedelta = LONGEST_PAUSE) -> None:
        """Postpone the item after an infrastructure error, doubling the delay; pause its job after ``patience`` in a row.

        Raises LeaseLost.
        """
        failures: int = 1 + self.hold(item, worker, "failures")[0]
        pause, this = min(timedelta(seconds=2 ** min(failures, 20)), longest), self.all.filter(pk=item.pk)
        this.update(failures=failures, error=error, worker="", leased_until=in_time(pause))
        if failures >= patience:
            this.update(failures=0, leased_until=None)
            self.halt(
                self.job_of(item), f"Stopped after {failures} failures in a row: {error}" if failures > 1 else error
            )

    @transaction.atomic
    def finish(self, item: Work, worker: str, now: datetime, **fields: Any) -> None:
        """Store the item's result; the last item finishes its job. Raises LeaseLost."""
        self.hold(item, worker)
        self.finish_held(item, self.lock(self.job_of(item)), now, **fields)

    def finish_held(self, item: Work, job: Job, now: datetime, **fields: Any) -> None:
        """Store the result of an item that this transaction holds. If it was the last, finish its ``job``, locked after it."""
        self.end_held(item, now, **fields)
        self._finish_if_complete(job)

    def end_held(self, item: Work, now: datetime, **fields: Any) -> None:
        """Store the result of an item that this transaction holds; the caller finishes its job."""
        ended = {"finished_at": now, "worker": "", "leased_until": None, "failures": 0, "error": ""}
        update_row(item, **ended | fields)

    @transaction.atomic
    def finish_if_complete(self, job: Job) -> None:
        """Finish the job if it has no open item left, unless someone paused or cancelled it."""
        self.lock(job)
        self._finish_if_complete(job)

    def finish_complete(self) -> None:
        """Finish all running jobs that have no open item left, because withdrawals delete items."""
        if self.job:
            open_items = self.all.filter(self.wanted, finished_at=None)
            running = self.job_type._default_manager.filter(state=State.RUNNING)
            for job in running.exclude(pk__in=open_items.values(self.job)):
                self.finish_if_complete(job)

    def lock(self, job: AnyJob) -> AnyJob:
        """Return the job's current row, locked for the transaction.

        Code that adds or opens items locks the job first. A worker locks the item that it holds before the job.
        """
        found = _locking(type(job)).first(pk=job.pk)
        if found is None:
            raise type(job).DoesNotExist(f"{type(job).__name__} {job.pk} is gone.")
        return type(job).from_db(connection.alias, _columns(type(job)), found)

    def _announce(self, job: Job) -> None:
        """Tell that the job is about to start, before it is locked, because receivers lock what it belongs to."""
        job_controlled.send(sender=type(job), job=job, act="started")

    def _begin(self, job: Job, *, is_queued: bool, **fields: object) -> None:
        self._change(job, state=State.RUNNING, is_queued=is_queued, message="", started_at=Now(), **fields)
        self._retry_failed(job)
        self._finish_if_complete(job)

    def _retry_failed(self, job: Job) -> None:
        """Let items that are waiting after an error be tried again immediately, and give every free item new patience."""
        free = self.items_of(job).filter(worker="", finished_at=None)
        free.exclude(leased_until=None, failures=0).update(leased_until=None, failures=0)

    def _finish_if_complete(self, job: Job) -> None:
        """Finish the job, halted or not, if nothing is left to do. Call it in the transaction that has locked the job."""
        if not self.has_open(job):
            rows = type(job)._default_manager.filter(takes_results(), pk=job.pk)
            rows.update(state=State.FINISHED, is_queued=False, message="")
            job.refresh_from_db(fields=["state", "is_queued", "message"])

    def _change(self, job: Job, **values: object) -> None:
        type(job)._default_manager.filter(pk=job.pk).update(**values)
        job.refresh_from_db(fields=["state", "is_queued", "message", "started_at"])


def _columns(table: type[Job]) -> list[str]:
    return [field.attname for field in table._meta.concrete_fields]


@cache
def _locking(table: type[Job]) -> Statement:
    """Return the statement that locks a job and reads its row: workers execute it for everything that they finish."""
    row = table._default_manager.filter(pk=Parameter("pk", table._meta.pk)).select_for_update(no_key=True).order_by()
    return Statement(row.values_list(*_columns(table)))
