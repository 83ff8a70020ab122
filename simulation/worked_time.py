"""The time that workers spent on a run, so that rates exclude pauses and times without a worker, and what each worker does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from jobs.database_clock import in_time
from jobs.heartbeats import ALIVE
from jobs.leases import LEASE
from jobs.rows import update_row
from jobs.statements import Parameter, Statement
from simulation.models import Run, RunWorker

FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a worker does for one run: its ``dialogues`` in progress and its recent speed; None until it has been measured."""

    dialogues: int
    dialogues_per_hour: float | None = None
    turns_per_minute: float | None = None


@transaction.atomic
def note_work(worker: str, efforts: Mapping[int, Effort]) -> None:
    """Note that a worker is working on these runs, by primary key, by the database's clock.

    Simultaneous workers count once for the time.
    """
    RunWorker.objects.filter(Q(name=worker) | Q(seen_at__lt=in_time(-FORGOTTEN))).exclude(
        name=worker, run__in=efforts
    ).delete()
    locked = Run.objects.select_for_update(no_key=True).filter(pk__in=efforts, state=Run.State.RUNNING).order_by("pk")
    for run in locked.annotate(now=Now()):
        _add(run, run.now)
        run.save(update_fields=["worked_seconds", "worked_until"])
        values = asdict(efforts[run.pk]) | {"seen_at": Now()}
        if not RunWorker.objects.filter(run=run, name=worker).update(**values):
            RunWorker.objects.create(run=run, name=worker, **values)


def forget_work(worker: str) -> None:
    """Note that the worker has stopped."""
    RunWorker.objects.filter(name=worker).delete()


def live_workers(run: Run) -> list[RunWorker]:
    """Return the workers that are working on the run now."""
    return list(run.workers.filter(seen_at__gt=in_time(-ALIVE)).order_by("name"))


def count_dialogue(run: Run) -> None:
    """Lock the run's row for the transaction, and count a dialogue that has just ended."""
    run.worked_seconds, run.worked_until, run.worked_dialogues, now = _locked_work(run)
    _add(run, now)
    update_row(
        run,
        worked_seconds=run.worked_seconds,
        worked_until=run.worked_until,
        worked_dialogues=run.worked_dialogues + 1,
    )


def _locked_work(run: Run) -> tuple[Any, ...]:
    found = _locking().first(pk=run.pk)
    if found is None:
        raise Run.DoesNotExist(f"{run} has been deleted.")
    return found


@cache
def _locking() -> Statement:
    """Return the statement that locks a run and reads its work and the database's time."""
    rows = Run.objects.select_for_update(no_key=True).filter(pk=Parameter("pk", Run._meta.pk)).order_by()
    return Statement(rows.values_list("worked_seconds", "worked_until", "worked_dialogues", Now()))


def _add(run: Run, now: datetime) -> None:
    """Add the time since work was last noted, unless it is longer than a lease: then no worker was active in between."""
    since = run.worked_until
    if since is not None and since < now <= since + LEASE:
        run.worked_seconds += (now - since).total_seconds()
    if since is None or since < now:
        run.worked_until = now
