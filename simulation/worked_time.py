"""The time that workers spent on a run, so that rates exclude pauses and times without a worker."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from jobs.leases import LEASE
from simulation.models import Run, Simulation


@transaction.atomic
def note_work(cells: Collection[int]) -> None:
    """Note that a worker is working on these cells now, by the database's clock. Simultaneous workers count once."""
    runs = Simulation.objects.filter(pk__in=cells).values("run")
    locked = Run.objects.select_for_update(no_key=True).filter(pk__in=runs, state=Run.State.RUNNING).order_by("pk")
    for run in locked.annotate(now=Now()):
        _add(run, run.now)
        run.save(update_fields=["worked_seconds", "worked_until"])


def count_dialogue(run: Run) -> None:
    """Count a dialogue that has just ended, within the transaction that holds the run's row."""
    _add(run, Run.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=run.pk))
    run.worked_dialogues += 1
    run.save(update_fields=["worked_seconds", "worked_until", "worked_dialogues"])


def _add(run: Run, now: datetime) -> None:
    """Add the time since work was last noted, unless it is longer than a lease: then no worker was active in between."""
    since = run.worked_until
    if since is not None and since < now <= since + LEASE:
        run.worked_seconds += (now - since).total_seconds()
    if since is None or since < now:
        run.worked_until = now
