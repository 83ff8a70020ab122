"""Lease items to workers. The database decides what is left to do; a message only wakes a worker."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from jobs.database_clock import in_time, is_ahead, is_over
from jobs.models import Item, Job, takes_results
from jobs.statements import Parameter, Statement

LEASE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=5)

Work = TypeVar("Work", bound=Item)


class LeaseLost(Exception):
    """Another worker has taken over the item, or someone paused or cancelled its job: discard the unfinished result."""


@dataclass(frozen=True, slots=True)
class Leases(Generic[Work]):
    """Leases on the items of one table.

    ``job`` names the field with the item's job; it is empty if a row is job and item at once. ``along`` lists relations to read
    with a claimed item. Only items that match ``wanted`` are ever open. They are claimed in ``order``, which an index of a
    large table should hold.
    """

    table: type[Work]
    job: str = ""
    along: tuple[str, ...] = ()
    wanted: Q = field(default_factory=Q)
    order: tuple[str, ...] = ("pk",)

    def open(self, items: QuerySet[Work]) -> QuerySet[Work]:
        """Return the unfinished items of running jobs, held or not."""
        return items.filter(self._is_running, self.wanted, finished_at=None)

    def free(self, items: QuerySet[Work], worker: str) -> QuerySet[Work]:
        """Return the open items that ``worker`` may claim.

        Leave out expired items of ``worker`` itself: it may only be late, and must not take over from itself.
        """
        return self.open(items).filter(Q(leased_until=None) | is_over("leased_until") & ~Q(worker=worker))

    def held(self, job: Job) -> QuerySet[Work]:
        """Return the items of ``job`` that any worker holds."""
        return self.items_of(job).filter(is_ahead("leased_until"), finished_at=None).exclude(worker="")

    @transaction.atomic
    def claim(self, items: QuerySet[Work], worker: str, count: int) -> list[Work]:
        """Claim up to ``count`` open items that no worker holds, in order, each with a lease.

        ``items`` are already limited to what the worker serves (``Queue.queued``).
        Two workers never get the same item: PostgreSQL skips rows that another one is locking, SQLite lets one write at a time.
        """
        free = self.free(items, worker).order_by(*self.order)
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        taken = list(self._with_job(free, *self.along)[:count])
        self.all.filter(pk__in=[item.pk for item in taken]).update(worker=worker, leased_until=in_time(LEASE))
        return taken

    def renew(self, ids: Collection[int], worker: str) -> set[int]:
        """Extend the leases of ``worker``. Return the ids that it may still write to; it must drop the others."""
        held = self.all.filter(takes_results(self._prefix), self.wanted, pk__in=ids, worker=worker, finished_at=None)
        still = set(held.values_list("pk", flat=True))
        held.update(leased_until=in_time(LEASE))
        return still

    def release(self, ids: Collection[int], worker: str) -> None:
        """Return unfinished items to the queue, so that any worker can continue them immediately."""
        self.all.filter(pk__in=ids, worker=worker, finished_at=None).update(worker="", leased_until=None)

    def hold(self, item: Work, worker: str, *fields: str) -> tuple[Any, ...]:
        """Lock the item for the current transaction. Return the current values of these ``fields`` of it or of its job.

        Also update the state of the item's job: if an error has halted it, begin nothing further. Raises LeaseLost unless
        ``worker`` may still write to the item.
        """
        found = _holding(self, fields).first(pk=item.pk, worker=worker)
        if found is None:
            raise LeaseLost(f"{item} is no longer held by {worker}.")
        self.job_of(item).state = found[0]
        return found[1:]

    @transaction.atomic
    def store(self, item: Work, worker: str, **fields: object) -> None:
        """Store intermediate results in the item. Raises LeaseLost."""
        self.hold(item, worker)
        self.all.filter(pk=item.pk).update(**fields)
        for name, value in fields.items():
            setattr(item, name, value)

    def forget_failures(self, item: Work) -> None:
        """Reset the failure count of an item that the transaction holds, because it has made progress."""
        if item.failures or item.error:
            self.all.filter(pk=item.pk).update(failures=0, error="")
            item.failures, item.error = 0, ""

    def job_of(self, item: Work) -> Job:
        """Return the item's job, which may be the item itself."""
        job: Job = getattr(item, self.job) if self.job else item  # type: ignore[assignment] # the row is job and item
        return job

    def items_of(self, job: Job) -> QuerySet[Work]:
        """Return all items of ``job``."""
        return self.all.filter(**{self.job or "pk": job.pk})

    def has_open(self, job: Job) -> bool:
        """Return whether any item of ``job``, which the transaction has locked, is unfinished."""
        return _open(self).first(job=job.pk) is not None

    @property
    def all(self) -> QuerySet[Work]:
        """Return every item of the table."""
        return self.table._default_manager.all()

    def of_jobs(self, **lookups: Any) -> Q:
        """Return a condition on the fields of the item's job."""
        return Q(**{f"{self._prefix}{name}": value for name, value in lookups.items()})

    def held_by(self, worker: str | Parameter, pk: int | Parameter) -> QuerySet[Work]:
        """Return the item with this key if ``worker`` may write to it."""
        return self.all.filter(takes_results(self._prefix), self.wanted, pk=pk, worker=worker, finished_at=None)

    @property
    def state(self) -> str:
        """Return the name of the field with the state of an item's job."""
        return f"{self._prefix}state"

    @property
    def _prefix(self) -> str:
        return f"{self.job}__" if self.job else ""

    @property
    def _is_running(self) -> Q:
        return self.of_jobs(state=Job.State.RUNNING)

    def _with_job(self, items: QuerySet[Work], *along: str) -> QuerySet[Work]:
        relations = [self.job, *along] if self.job else along
        return items.select_related(*relations) if relations else items


@cache
def _holding(leases: Leases[Any], fields: tuple[str, ...]) -> Statement:
    """Return the statement that locks an item and reads these fields: workers execute it for everything that they store."""
    table = leases.table._meta
    worker, key = Parameter("worker", table.get_field("worker")), Parameter("pk", table.pk)
    held = leases.held_by(worker, key).select_for_update(of=("self",)).order_by()
    return Statement(held.values_list(leases.state, *fields))


@cache
def _open(leases: Leases[Any]) -> Statement:
    """Return the statement that finds an unfinished item of a job: workers execute it for everything that they finish.

    It asks for the first in order, as an index holds them. Without an order, PostgreSQL would look through all finished items,
    because it keeps the plan that it has made for a new run.
    """
    name = leases.job or "pk"
    job = Parameter("job", leases.table._meta.pk)
    return Statement(
        leases.all.filter(leases.wanted, finished_at=None, **{name: job}).order_by(*leases.order).values_list("pk")[:1]
    )
