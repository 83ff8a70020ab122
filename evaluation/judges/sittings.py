"""What starts, stops and feeds sittings: models that judge what people judge."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from dialogue.backends.base import ModelMisconfigured
from evaluation.judges.asking import Outcome
from evaluation.judges.describing import describe_judge
from evaluation.judges.results import JudgedModel, SittingLine, read_sittings
from evaluation.models import Evaluation, Pair, Sitting, Verdict
from simulation.casting import identify
from simulation.leasing import Leases
from simulation.requests import RequestError
from simulation.services import ring_for_workers
from studies.language_models.identities import find_well_described
from studies.storable_text import storable

__all__ = ["JudgedModel", "SittingLine", "pause_sitting", "queue_sitting", "read_sittings", "request_sitting"]

BELL = "evaluation.sit"
"""The Celery task that works off what is queued."""
VERDICTS = Leases(
    Verdict, "sitting", ("sitting__evaluation", "pair__evaluation", "pair__natural__goal", "pair__simulated")
)


def request_sitting(evaluation: Evaluation, model: str, models_file: Path | None = None) -> Sitting:
    """The model's sitting of the evaluation, with both orders of every pair; asking again adds only what is missing.

    It stands still until it is queued or worked on. Raises RequestError in a sentence.
    """
    if evaluation.is_planned:
        raise RequestError("There is nothing to judge yet: open the evaluation first.")
    try:
        find_well_described(models_file or settings.MODELS_FILE, model)
        configuration = describe_judge(models_file or settings.MODELS_FILE, model)
    except ModelMisconfigured as error:
        raise RequestError(str(error)) from error
    with transaction.atomic():
        sitting, _ = Sitting.objects.get_or_create(
            evaluation=evaluation,
            identity=identify(configuration),
            defaults={"model": model, "configuration": configuration},
        )
        _add_verdicts(_lock(sitting))
    sitting.refresh_from_db()
    return sitting


@transaction.atomic
def start_sitting(sitting: Sitting) -> None:
    """Opens the sitting's verdicts to this process, beside the workers if they are at it."""
    now = _lock(sitting)
    _set_state(sitting, now, Sitting.State.RUNNING, is_queued=now.is_queued and now.state == Sitting.State.RUNNING)
    _finish_if_complete(sitting)


@transaction.atomic
def leave_sitting(sitting: Sitting) -> None:
    """What this process did not do stays open, but nobody works on it unless workers do, or another process has begun."""
    now = _lock(sitting)
    is_ours = now.state == Sitting.State.RUNNING and not now.is_queued
    if is_ours and not VERDICTS.held(sitting).exists():
        _set_state(sitting, now, Sitting.State.PAUSED, is_queued=False)
    else:
        sitting.refresh_from_db()


def finish_complete() -> None:
    """Finishes the running sittings none of whose verdicts is open any more: what was open may have gone with its person."""
    running = Sitting.objects.filter(state=Sitting.State.RUNNING)
    for sitting in running.exclude(verdicts__in=Verdict.objects.filter(finished_at=None)):
        with transaction.atomic():
            _finish_if_complete(_lock(sitting))


@transaction.atomic
def queue_sitting(sitting: Sitting) -> None:
    """Opens the sitting's verdicts to all workers and rings for them."""
    _set_state(sitting, _lock(sitting), Sitting.State.RUNNING, is_queued=True)
    _finish_if_complete(sitting)
    transaction.on_commit(partial(ring_for_workers, BELL))


@transaction.atomic
def pause_sitting(sitting: Sitting) -> None:
    """Stops a running sitting within seconds; started again, it goes on with the verdicts that it lacks."""
    now = _lock(sitting)
    if now.state == Sitting.State.RUNNING:
        _set_state(sitting, now, Sitting.State.PAUSED, is_queued=now.is_queued)


def queued_verdicts() -> QuerySet[Verdict]:
    """The verdicts that any worker may take, oldest sitting first."""
    return Verdict.objects.filter(sitting__is_queued=True)


@transaction.atomic
def finish_verdict(verdict: Verdict, outcome: Outcome, worker: str, now: datetime) -> None:
    """Stores what the model said; the last verdict finishes the sitting. Raises LeaseLost."""
    held = VERDICTS.hold(verdict, worker)
    held.outputs, held.problem = [storable(text) for text in outcome.outputs], storable(outcome.problem)
    for name, value in asdict(outcome.answer).items() if outcome.answer else ():
        setattr(held, name, value)
    held.finished_at, held.worker, held.leased_until = now, "", None
    held.failures, held.error = 0, ""
    held.save()
    _finish_if_complete(_lock(held.sitting))


def _add_verdicts(sitting: Sitting) -> None:
    """For a caller who holds the sitting's row: nobody else adds any. What is there is not offered to the database again, as
    that would wait for whoever is storing a verdict, and they wait for the sitting."""
    pairs = Pair.objects.filter(evaluation=sitting.evaluation_id, role=Pair.Role.MAIN, withdrawn_at=None)
    there = set(sitting.verdicts.values_list("pair", "is_natural_first"))
    missing = [each for each in product(pairs, (True, False)) if (each[0].pk, each[1]) not in there]
    Verdict.objects.bulk_create(Verdict(sitting=sitting, pair=pair, is_natural_first=order) for pair, order in missing)
    if missing:
        Sitting.objects.filter(pk=sitting.pk, state=Sitting.State.FINISHED).update(state=Sitting.State.PAUSED)


def _lock(sitting: Sitting) -> Sitting:
    """The sitting as it is now, until the transaction ends: whoever finishes or adds verdicts sees what others just did."""
    return Sitting.objects.select_for_update(no_key=True).get(pk=sitting.pk)


def _set_state(sitting: Sitting, now: Sitting, state: Sitting.State, *, is_queued: bool) -> None:
    """Changes the locked row ``now``, and ``sitting``, which may be older, with it."""
    now.state, now.is_queued, now.message = state, is_queued, ""
    now.save(update_fields=["state", "is_queued", "message"])
    sitting.state, sitting.is_queued, sitting.message = state, is_queued, ""


def _finish_if_complete(sitting: Sitting) -> None:
    """Within the transaction that holds the sitting's row."""
    if sitting.state == Sitting.State.RUNNING and not sitting.verdicts.filter(finished_at=None).exists():
        _set_state(sitting, sitting, Sitting.State.FINISHED, is_queued=False)
