"""Who works on which cell. The database is the truth about what is left to do; a message is only a bell."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from simulation.models import Run, Simulation

LEASE = timedelta(seconds=30)
PATIENCE = 8

Cells = QuerySet[Simulation]


class LeaseLost(Exception):
    """Somebody else took the cell over, or its run was paused or cancelled: what this worker has in hand is void."""


def open_cells(cells: Cells) -> Cells:
    """The cells of running runs that are not finished, whoever works on them."""
    return cells.filter(finished_at=None, run__state=Run.State.RUNNING)


def held_cells(run: Run, now: datetime) -> Cells:
    """The cells of ``run`` that somebody works on."""
    return run.simulations.filter(finished_at=None, leased_until__gt=now).exclude(worker="")


@transaction.atomic
def claim(cells: Cells, worker: str, count: int, now: datetime) -> list[Simulation]:
    """Takes up to ``count`` open cells that nobody holds, in order, until a lease from ``now``.

    What ``worker`` itself holds it goes on with, even if it renews too late: it never takes over from itself.
    Two workers never get the same cell: PostgreSQL skips rows that another one is taking, SQLite lets one write at a time.
    """
    free = open_cells(cells).filter(Q(leased_until=None) | Q(leased_until__lt=now) & ~Q(worker=worker)).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        free = free.select_for_update(skip_locked=True, of=("self",))
    taken = list(free.select_related("run", "run__study", "persona", "goal", "dialogue")[:count])
    Simulation.objects.filter(pk__in=[cell.pk for cell in taken]).update(worker=worker, leased_until=now + LEASE)
    return taken


def renew(ids: Collection[int], worker: str, now: datetime) -> set[int]:
    """Extends the leases of ``worker``; gives back those it still holds on running runs. The others it must drop."""
    held = Simulation.objects.filter(pk__in=ids, worker=worker, finished_at=None, run__state=Run.State.RUNNING)
    still = set(held.values_list("pk", flat=True))
    held.update(leased_until=now + LEASE)
    return still


def release(ids: Collection[int], worker: str) -> None:
    """Gives unfinished cells back, so that anybody can go on with them at once."""
    Simulation.objects.filter(pk__in=ids, worker=worker, finished_at=None).update(worker="", leased_until=None)


def hold(cell: Simulation, worker: str) -> Simulation:
    """Locks the cell for the transaction under way. Raises LeaseLost unless ``worker`` may still write to it."""
    try:
        held = Simulation.objects.select_for_update(of=("self",)).select_related("run")
        return held.get(pk=cell.pk, worker=worker, finished_at=None, run__state=Run.State.RUNNING)
    except Simulation.DoesNotExist as error:
        raise LeaseLost(f"{cell} is no longer held by {worker}.") from error


@transaction.atomic
def postpone(cell: Simulation, worker: str, error: str, now: datetime, patience: int) -> None:
    """Puts the cell off after an infrastructure error, longer each time; after ``patience`` of them the run stands still."""
    held = hold(cell, worker)
    held.failures, held.error, held.worker = held.failures + 1, error, ""
    held.leased_until = now + timedelta(seconds=min(2**held.failures, 300))
    held.save(update_fields=["failures", "error", "worker", "leased_until"])
    if held.failures >= patience:
        Simulation.objects.filter(pk=cell.pk).update(failures=0, leased_until=None)
        halt(held.run, f"Stopped after {held.failures} failures in a row: {error}")


def halt(run: Run, message: str) -> None:
    """Pauses the run with a message that says why."""
    Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(state=Run.State.PAUSED, message=message)


def forget_failures(cell: Simulation) -> None:
    """The cell makes progress: earlier failures no longer count."""
    Simulation.objects.filter(pk=cell.pk).filter(~Q(failures=0) | ~Q(error="")).update(failures=0, error="")
