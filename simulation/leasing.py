"""Who works on which row. The database is the truth about what is left to do; a message is only a bell."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from jobs.database_clock import in_time, is_ahead, is_over

LEASE = timedelta(seconds=30)
PATIENCE = 8
LONGEST_PAUSE = timedelta(minutes=5)
RUNNING, PAUSED = "running", "paused"

Work = TypeVar("Work", bound=Model)


class LeaseLost(Exception):
    """Somebody else took the row over, or its job was paused or cancelled: what this worker has in hand is void."""


@dataclass(frozen=True, slots=True)
class Leases(Generic[Work]):
    """Leases on the rows of one table.

    A row has worker, leased_until, failures, error and finished_at. ``job`` names the field for what it is part of, which has
    a state and a message. ``along`` names relations to read with a claimed row. Rows that are not ``wanted`` are never open.
    """

    table: type[Work]
    job: str
    along: tuple[str, ...] = ()
    wanted: Q = field(default_factory=Q)

    def open(self, rows: QuerySet[Work]) -> QuerySet[Work]:
        """The rows of running jobs that are not finished, whoever works on them."""
        return rows.filter(self._is_running, self.wanted, finished_at=None)

    def held(self, job: Model) -> QuerySet[Work]:
        """The rows of ``job`` that somebody works on."""
        held = self._rows.filter(is_ahead("leased_until"), **{self.job: job}, finished_at=None)
        return held.exclude(worker="")

    @transaction.atomic
    def claim(self, rows: QuerySet[Work], worker: str, count: int) -> list[Work]:
        """Claim up to ``count`` open rows that nobody holds, in order, each with a lease.

        Expired rows of ``worker`` itself are left out: it may only be late, and never takes over from itself.
        Two workers never get the same row: PostgreSQL skips rows that another one is taking, SQLite lets one write at a time.
        """
        is_free = Q(leased_until=None) | is_over("leased_until") & ~Q(worker=worker)
        free = self.open(rows).filter(is_free).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        taken = list(free.select_related(self.job, *self.along)[:count])
        self._rows.filter(pk__in=[row.pk for row in taken]).update(worker=worker, leased_until=in_time(LEASE))
        return taken

    def renew(self, ids: Collection[int], worker: str) -> set[int]:
        """Extends the leases of ``worker``; gives back those it still holds on running jobs. The others it must drop."""
        held = self._rows.filter(self._is_running, pk__in=ids, worker=worker, finished_at=None)
        still = set(held.values_list("pk", flat=True))
        held.update(leased_until=in_time(LEASE))
        return still

    def release(self, ids: Collection[int], worker: str) -> None:
        """Gives unfinished rows back, so that anybody can go on with them at once."""
        self._rows.filter(pk__in=ids, worker=worker, finished_at=None).update(worker="", leased_until=None)

    def hold(self, row: Work, worker: str) -> Work:
        """Locks the row for the transaction under way. Raises LeaseLost unless ``worker`` may still write to it."""
        try:
            held = self._rows.select_for_update(of=("self",)).select_related(self.job)
            return held.get(self._is_running, pk=row.pk, worker=worker, finished_at=None)
        except self.table.DoesNotExist as error:  # type: ignore[attr-defined] # every model has one
            raise LeaseLost(f"{row} is no longer held by {worker}.") from error

    @transaction.atomic
    def postpone(self, row: Work, worker: str, error: str, patience: int, longest: timedelta = LONGEST_PAUSE) -> None:
        """Postpone the row after an infrastructure error, doubling the pause; pause its job after ``patience`` of them."""
        job, this = getattr(self.hold(row, worker), self.job), self._rows.filter(pk=row.pk)
        failures: int = 1 + this.values_list("failures", flat=True).get()
        pause = min(timedelta(seconds=2 ** min(failures, 20)), longest)
        this.update(failures=failures, error=error, worker="", leased_until=in_time(pause))
        if failures >= patience:
            this.update(failures=0, leased_until=None)
            self.halt(job, f"Stopped after {failures} failures in a row: {error}")

    def halt(self, job: Model, message: str) -> None:
        """Pauses the job with a message that says why."""
        jobs = type(job)._default_manager.filter(pk=job.pk, state=RUNNING)
        jobs.update(state=PAUSED, message=message)

    def forget_failures(self, row: Work) -> None:
        """The row makes progress: earlier failures no longer count."""
        self._rows.filter(pk=row.pk).filter(~Q(failures=0) | ~Q(error="")).update(failures=0, error="")

    @property
    def _rows(self) -> QuerySet[Work]:
        return self.table._default_manager.all()

    @property
    def _is_running(self) -> Q:
        is_running: dict[str, Any] = {f"{self.job}__state": RUNNING}
        return Q(**is_running)
