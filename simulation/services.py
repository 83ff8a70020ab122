"""What starts, stops and feeds runs."""

import logging
from collections.abc import Iterable
from datetime import datetime
from itertools import product
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from dialogue.backends.base import ModelMisconfigured
from dialogue.roleplay import Ended, Exchange
from simulation import leases
from simulation.casting import Cast, identify
from simulation.models import Run, Simulation
from simulation.requests import RequestError, RunRequest
from simulation.selectors import requested_cells, requested_goals, requested_personas
from simulation.worked_time import count_dialogue
from studies import services as collection
from studies.language_models.identities import describe_speaker, find_well_described
from studies.models import Dialogue, Goal, Persona, Study, Turn

logger = logging.getLogger(__name__)

BELL = "simulation.work_off"
"""The Celery task that works off what is queued."""


def request_run(study: Study, request: RunRequest, models_file: Path | None = None) -> Run:
    """The study's run for this request, with all the cells asked for; asking again adds only what is missing.

    The run stands still until it is queued or worked on. Raises RequestError in a sentence.
    """
    configuration = _configuration(request, models_file or settings.MODELS_FILE)
    goals, personas = requested_goals(study, request), requested_personas(study, request)
    with transaction.atomic():
        run, _ = Run.objects.get_or_create(
            study=study,
            identity=identify(configuration),
            defaults={"inquirer": request.inquirer, "responder": request.responder, "configuration": configuration},
        )
        collection.freeze_study(study)
        _lock(run)
        _add_cells(run, goals, personas, request.seeds)
    run.refresh_from_db()
    return run


def find_run(study: Study, request: RunRequest) -> Run | None:
    """Return the study's run for this request, if it has been requested before. Raises RequestError."""
    return Run.objects.filter(study=study, identity=identify(_configuration(request, settings.MODELS_FILE))).first()


def is_answered(study: Study, request: RunRequest) -> bool:
    """Whether every dialogue asked for is there already, so that no model is needed. Raises RequestError."""
    goals, personas = requested_goals(study, request), requested_personas(study, request)
    run = find_run(study, request)
    finished = requested_cells(run, request).exclude(finished_at=None).count() if run else 0
    return finished == len(goals) * len(personas) * len(request.seeds)


@transaction.atomic
def start_run(run: Run) -> None:
    """Opens the run's cells to this process, beside the workers if they are at it."""
    now = _lock(run)
    _revive_all(now)
    _set_state(run, now, Run.State.RUNNING, is_queued=now.is_queued and now.state == Run.State.RUNNING)
    _finish_if_complete(run)


@transaction.atomic
def leave_run(run: Run) -> None:
    """What this process did not do stays open, but nobody works on it unless workers do, or another process has begun."""
    now = _lock(run)
    if now.state == Run.State.RUNNING and not now.is_queued and not leases.held_cells(run).exists():
        _set_state(run, now, Run.State.PAUSED, is_queued=False)
    else:
        run.refresh_from_db()


@transaction.atomic
def queue_run(run: Run) -> None:
    """Opens the run's cells to all workers and rings for them."""
    now = _lock(run)
    _revive_all(now)
    _set_state(run, now, Run.State.RUNNING, is_queued=True)
    _finish_if_complete(run)
    transaction.on_commit(ring_for_workers)


@transaction.atomic
def pause_run(run: Run) -> None:
    """Stops a running run within seconds; what is under way goes on from its last complete turn when it is started again."""
    now = _lock(run)
    if now.state == Run.State.RUNNING:
        _set_state(run, now, Run.State.PAUSED, is_queued=now.is_queued)


@transaction.atomic
def cancel_run(run: Run) -> None:
    """Stop an unfinished run for good: only cells that are requested again, or the whole run, can start again."""
    now = _lock(run)
    if now.state != Run.State.FINISHED:
        run.simulations.filter(finished_at=None).update(is_cancelled=True)
        _set_state(run, now, Run.State.CANCELLED, is_queued=False)


@transaction.atomic
def finish_if_complete(run: Run) -> None:
    """Finishes a running run none of whose cells is open any more."""
    _finish_if_complete(_lock(run))


def ring_for_workers(bell: str = BELL) -> None:
    """Tells the workers that there is work. A broker that is down only delays it: workers also look for themselves."""
    try:
        current_app.send_task(bell)
    except (OperationalError, OSError) as error:
        logger.warning(
            "The message broker cannot be reached (%s): workers will find the work at their next sweep.", error
        )


def past_turns(cell: Simulation) -> list[Turn]:
    """What was said in the cell's dialogue before, in order."""
    return list(cell.dialogue.turns.order_by("position")) if cell.dialogue else []


@transaction.atomic
def save_exchange(cell: Simulation, cast: Cast, exchange: Exchange, worker: str) -> None:
    """Stores a complete turn. Raises LeaseLost."""
    dialogue = _dialogue(leases.hold(cell, worker), cast)
    collection.save_exchange(dialogue, exchange, cast.responder.model)
    leases.forget_failures(cell)


@transaction.atomic
def finish_simulation(cell: Simulation, cast: Cast, ended: Ended, worker: str, now: datetime) -> None:
    """Stores the ending; the run's last cell finishes the run. Raises LeaseLost."""
    held = leases.hold(cell, worker)
    collection.end_dialogue(_dialogue(held, cast), ended, now)
    held.finished_at, held.worker, held.leased_until = now, "", None
    held.failures, held.error = 0, ""
    held.save(update_fields=["finished_at", "worker", "leased_until", "failures", "error"])
    run = _lock(held.run)
    count_dialogue(run)
    _finish_if_complete(run)


def _dialogue(held: Simulation, cast: Cast) -> Dialogue:
    """The cell's dialogue, made with the first thing there is to store."""
    if held.dialogue is None:
        held.dialogue = Dialogue.objects.create(
            study=held.run.study,
            goal=held.goal,
            persona=held.persona,
            persona_sentence=cast.persona,
            kind=Dialogue.Kind.SIMULATED,
            inquirer=held.run.configuration["inquirer"],
            responder=held.run.configuration["responder"],
            seed=held.seed,
        )
        held.save(update_fields=["dialogue"])
    return held.dialogue


def _configuration(request: RunRequest, models_file: Path) -> dict[str, object]:
    try:
        for name in (request.inquirer, request.responder):
            find_well_described(models_file, name)
        speakers = {
            "inquirer": describe_speaker(models_file, request.inquirer, "inquirer"),
            "responder": describe_speaker(models_file, request.responder, "responder"),
        }
    except ModelMisconfigured as error:
        raise RequestError(str(error)) from error
    return speakers | {"max_turns": request.max_turns, "features": request.features}


def _add_cells(run: Run, goals: Iterable[Goal], personas: Iterable[Persona], seeds: Iterable[int]) -> None:
    """Add the missing cells as a separate batch, within the transaction that locks the run's row."""
    wanted = list(product(seeds, personas, goals))
    known = set(run.simulations.filter(seed__in=seeds).values_list("seed", "persona", "goal"))
    batch = 1 + (run.simulations.aggregate(Max("batch"))["batch__max"] or 0)
    missing = [
        Simulation(run=run, persona=persona, goal=goal, seed=seed, batch=batch)
        for seed, persona, goal in wanted
        if (seed, persona.pk, goal.pk) not in known
    ]
    Simulation.objects.bulk_create(missing)
    if missing or _revive(run, wanted):
        stopped = Run.objects.filter(pk=run.pk, state__in=[Run.State.FINISHED, Run.State.CANCELLED])
        stopped.update(state=Run.State.PAUSED)


def _revive(run: Run, wanted: Iterable[tuple[int, Persona, Goal]]) -> int:
    """Request the cancelled ones of these cells again. Return their number."""
    asked = {(seed, persona.pk, goal.pk) for seed, persona, goal in wanted}
    cancelled = run.simulations.filter(is_cancelled=True)
    found = [pk for pk, *cell in cancelled.values_list("pk", "seed", "persona", "goal") if tuple(cell) in asked]
    return run.simulations.filter(pk__in=found).update(is_cancelled=False)


def _revive_all(run: Run) -> None:
    """Request all cancelled cells of an ended run again: starting it starts all of it."""
    if run.state in (Run.State.CANCELLED, Run.State.FINISHED):
        run.simulations.filter(is_cancelled=True).update(is_cancelled=False)


def _lock(run: Run) -> Run:
    """The run as it is now, until the transaction ends: whoever finishes or adds cells sees what others just did."""
    return Run.objects.select_for_update(no_key=True).get(pk=run.pk)


def _set_state(run: Run, now: Run, state: Run.State, *, is_queued: bool) -> None:
    """Changes the locked row ``now``, and ``run``, which may be older, with it."""
    now.state, now.is_queued, now.message = state, is_queued, ""
    if state == Run.State.RUNNING:
        now.started_at, now.worked_until = timezone.now(), None
    now.save(update_fields=["state", "is_queued", "message", "started_at", "worked_until"])
    run.state, run.is_queued, run.message, run.started_at = state, is_queued, "", now.started_at


def _open(run: Run) -> QuerySet[Simulation]:
    return run.simulations.filter(finished_at=None, is_cancelled=False)


def _finish_if_complete(run: Run) -> None:
    """Within the transaction that holds the run's row."""
    if run.state == Run.State.RUNNING and not _open(run).exists():
        _set_state(run, run, Run.State.FINISHED, is_queued=False)
