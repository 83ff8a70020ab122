"""Create, start and stop runs, and store their dialogues."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import NamedPrompts
from dialogue.roleplay import Ended, Exchange
from dialogue.seeds import SPEAKERS, SpeakerName
from jobs.rows import update_row
from simulation.ablation import check_features
from simulation.batches import add_cells
from simulation.budgets import is_spent, set_budget, why_spent
from simulation.casting import Cast
from simulation.cells import CELLS
from simulation.costs import charge, fix_prices
from simulation.early_failures import find_early_failure, ignore_failures, pause_if_failing
from simulation.models import Branch, Run, Simulation
from simulation.provenance import describe_played
from simulation.requests import RequestError, RunRequest, check_concurrency, refuse_test_copy
from simulation.roles import PERSONA_TEMPLATE, chosen_roles, described, fitted_prompts
from simulation.run_identity import identify
from simulation.run_prompts import chosen_prompts, frozen_texts, refuse_marks_within
from simulation.selectors import requested_cells, requested_goals, requested_personas
from simulation.worked_time import count_dialogue
from studies import services as study_services
from studies.audit import Verb, record
from studies.language_models.identities import built_in, describe_speaker, find_spec, find_well_described
from studies.models import Dialogue, Output, Study, Turn, refuse_archived


def request_run(study: Study, request: RunRequest, models_file: Path | None = None) -> Run:
    """Return the study's run for this request with all requested cells; a repeated request adds only missing ones.

    The run is paused until it is queued or started. Raises RequestError, or Archived.
    """
    refuse_archived(study.pk)
    refuse_test_copy(study)
    configuration = _configuration(study, request, models_file or settings.MODELS_FILE)
    provenance = describe_provenance(configuration, models_file or settings.MODELS_FILE)
    goals, personas = requested_goals(study, request), requested_personas(study, request)
    refuse_marks_within(configuration, goals)
    with transaction.atomic():
        run, is_new = Run.objects.get_or_create(
            study=study,
            identity=identify(configuration),
            defaults={
                "inquirer": request.inquirer,
                "responder": request.responder,
                "configuration": configuration,
                "provenance": provenance,
            },
        )
        if is_new:
            record(study, Verb.CREATED, f"the run “{run}”")
        study_services.freeze_study(study)
        CELLS.lock(run)
        if request.concurrency is not None:
            Run.objects.filter(pk=run.pk).update(concurrency=request.concurrency)
        fix_prices(run, models_file)
        if request.budget is not None:
            set_budget(run, request.budget, models_file)
        add_cells(run, product(request.seeds, [one.pk for one in personas], [goal.pk for goal in goals]))
    run.refresh_from_db()
    return run


def request_runs(study: Study, requests: Sequence[RunRequest], models_file: Path | None = None) -> list[Run]:
    """Return the study's runs for these requests, in their order; all are stored or none. Raises RequestError."""
    for request in requests:  # computes the hashes of model files, which may take long, before the transaction
        _configuration(study, request, models_file or settings.MODELS_FILE)
    # Two programmes that share runs must lock them in the same order.
    ordered = sorted(requests, key=lambda one: (one.inquirer, one.responder, one.features, one.elicitation))
    with transaction.atomic():
        runs = {request: request_run(study, request, models_file) for request in ordered}
    return [runs[request] for request in requests]


def find_run(study: Study, request: RunRequest) -> Run | None:
    """Return the study's run for this request, if it has been requested before. Raises RequestError."""
    return Run.objects.filter(
        study=study, identity=identify(_configuration(study, request, settings.MODELS_FILE))
    ).first()


def is_answered(study: Study, request: RunRequest) -> bool:
    """Return whether all requested dialogues already exist, so that no model is needed. Raises RequestError."""
    goals, personas = requested_goals(study, request), requested_personas(study, request)
    run = find_run(study, request)
    finished = requested_cells(run, request).exclude(finished_at=None).count() if run else 0
    return finished == len(goals) * len(personas) * len(request.seeds)


@transaction.atomic
def start_run(run: Run) -> None:
    """Open the run's cells to this process, and also to workers if it is already queued. A cancelled run stays cancelled."""
    if _prepare(run):
        CELLS.start(run)


@transaction.atomic
def queue_run(run: Run, started_by: User | None = None) -> None:
    """Open the run's cells to all workers. A cancelled run stays cancelled: requesting its open cells pauses it first."""
    if _prepare(run):
        CELLS.queue(run, started_by)


def queue_incomplete(runs: Iterable[Run], started_by: User | None = None) -> None:
    """Queue those of the requested runs that lack dialogues; the others stay as they are."""
    for run in runs:
        if run.state != Run.State.FINISHED:
            queue_run(run, started_by)


@transaction.atomic
def restart_run(run: Run, started_by: User | None = None) -> None:
    """Queue the run; if it has ended, request all its cancelled cells again."""
    if CELLS.lock(run).state in (Run.State.CANCELLED, Run.State.FINISHED):
        run.simulations.filter(is_cancelled=True).update(is_cancelled=False)
        Run.objects.filter(pk=run.pk).update(state=Run.State.PAUSED)
    queue_run(run, started_by)


@transaction.atomic
def restart_despite_failures(run: Run, started_by: User | None = None) -> None:
    """Queue the run again, and never pause it because its first dialogues fail in the same way."""
    ignore_failures(run)
    restart_run(run, started_by)


@transaction.atomic
def cancel_run(run: Run) -> None:
    """Stop an unfinished run and cancel its open cells, which continue only if they or the whole run are requested again."""
    open_cells = run.simulations.filter(finished_at=None, is_cancelled=False)
    # A worker that finishes a cell locks the cell and then its run, so lock the cells that workers hold first.
    open_cells.exclude(worker="").update(is_cancelled=True)
    if CELLS.lock(run).state != Run.State.FINISHED:
        open_cells.update(is_cancelled=True)
        CELLS.cancel(run)


@transaction.atomic
def set_concurrency(run: Run, concurrency: int | None) -> None:
    """Change how many dialogues of the run may be in progress at once; workers follow with their next claim.

    Raises RequestError.
    """
    check_concurrency(concurrency)
    if Run.objects.filter(pk=run.pk).exclude(concurrency=concurrency).update(concurrency=concurrency):
        record(run.study, Verb.CHANGED, f"the dialogues at once of the run “{run}”")
    run.concurrency = concurrency


def record_environment(job: Run | Branch, content: dict[str, Any], worker: str) -> None:
    """Store what the worker plays the run or branch with, unless another worker has used exactly the same."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    job.environments.get_or_create(digest=digest, defaults={"content": content, "worker": worker})


def past_turns(cell: Simulation | Branch) -> list[Turn]:
    """Return the stored turns of a cell or branch, in order, and whether the inquirer stopped with the last one."""
    turns = list(cell.dialogue.turns.order_by("position")) if cell.dialogue else []
    if turns:
        last = turns[-1]
        stops = Output.objects.filter(dialogue=cell.dialogue, position=last.position, status="stop")
        last.is_last = stops.exists()
    return turns


@transaction.atomic
def save_exchange(cell: Simulation, cast: Cast, exchange: Exchange, worker: str) -> bool:
    """Store a complete turn. Return whether another may begin: the run is not halted or at its budget. Raises LeaseLost."""
    _hold(cell, worker)
    study_services.save_exchange(_dialogue(cell, cast), exchange, cast.responder.model)
    charge(cell.run, exchange.outputs)
    CELLS.forget_failures(cell)
    return cell.run.is_running and (cell.run.budget is None or not is_spent(Run.objects.get(pk=cell.run_id)))


@transaction.atomic
def finish_simulation(cell: Simulation, cast: Cast, ended: Ended, worker: str, now: datetime) -> None:
    """Store the ending, and finish the run with its last cell. Raises LeaseLost."""
    _hold(cell, worker)
    study_services.end_dialogue(_dialogue(cell, cast), ended, now)
    count_dialogue(cell.run)
    charge(cell.run, ended.outputs)
    CELLS.finish_held(cell, cell.run, now, ending=ended.ending)
    pause_if_failing(cell.run)


def _hold(cell: Simulation, worker: str) -> None:
    """Lock the cell, and read what may differ from what the worker has read with its claim. Raises LeaseLost.

    The dialogue differs if the transaction that created it was not stored.
    """
    changing = ("failures", "error", "run__prices", "run__budget", "dialogue")
    cell.failures, cell.error, cell.run.prices, cell.run.budget, stored = CELLS.hold(cell, worker, *changing)
    if cell.dialogue_id != stored:
        cell.dialogue = Dialogue.objects.get(pk=stored) if stored else None


def _dialogue(cell: Simulation, cast: Cast) -> Dialogue:
    """Return the dialogue of a held cell, and create it on first use."""
    if cell.dialogue is None:
        cell.dialogue = _create_dialogue(cell, cast)
        update_row(cell, dialogue=cell.dialogue)
    return cell.dialogue


def _create_dialogue(cell: Simulation, cast: Cast) -> Dialogue:
    return Dialogue.objects.create(
        study_id=cell.run.study_id,
        goal=cell.goal,
        persona=cell.persona,
        persona_sentence=cast.persona,
        kind=Dialogue.Kind.SIMULATED,
        inquirer=described(cell.run.configuration, "inquirer", cast.records.get("inquirer", {})),
        responder=described(cell.run.configuration, "responder", cast.records.get("responder", {})),
        seed=cell.seed,
    )


def _configuration(study: Study, request: RunRequest, models_file: Path) -> dict[str, Any]:
    check_features(study, request.features)
    chosen, roles = chosen_prompts(request), chosen_roles(study, request)
    sampling: dict[SpeakerName, dict[str, float]] = {"responder": dict(request.responder_sampling)}
    speakers: dict[str, Any] = {
        speaker: describe_choice(
            getattr(request, speaker), speaker, chosen.get(speaker), models_file, roles, sampling.get(speaker)
        )
        for speaker in SPEAKERS
    }
    limits = {"max_turns": request.max_turns, "features": request.features}
    template = {PERSONA_TEMPLATE: study.persona_template} if study.persona_template else {}
    return speakers | limits | template | roles | frozen_texts(chosen)


def describe_choice(
    name: str,
    speaker: SpeakerName,
    chosen: NamedPrompts | None,
    models_file: Path,
    roles: Mapping[str, str],
    sampling: Mapping[str, float] | None = None,
) -> dict[str, object]:
    """Return what identifies the model as that speaker, with the chosen prompt set and sampling or its own. ``roles`` is what
    the configuration says about characters. Raises RequestError."""
    try:
        find_well_described(models_file, name)
        used = chosen or built_in(find_spec(models_file, name, speaker)[1].prompts, speaker)
        return describe_speaker(models_file, name, speaker, fitted_prompts(used, speaker, roles), sampling)
    except ModelMisconfigured as error:
        raise RequestError(str(error), speaker, name) from error


def describe_provenance(configuration: dict[str, Any], models_file: Path) -> dict[str, Any]:
    """Return what dialogues with this configuration depend on here. Raises RequestError."""
    try:
        return describe_played(models_file, configuration)
    except ModelMisconfigured as error:
        raise RequestError(str(error)) from error


def _prepare(run: Run) -> bool:
    """Restart the clock of the run's work. Return whether the run may start; one that may not says why."""
    Run.objects.filter(pk=run.pk).update(worked_until=None)
    row = CELLS.lock(run)
    fix_prices(row)
    if row.state == Run.State.PAUSED and (why := _why_paused(row)):
        Run.objects.filter(pk=run.pk).update(message=why)
        run.refresh_from_db(fields=["message"])
        return False
    return row.state != Run.State.CANCELLED


def _why_paused(run: Run) -> str:
    """Return why the run must not start again as it is: its budget or its failures; empty if it may."""
    if is_spent(run):
        return why_spent(run)
    found = find_early_failure(run)
    return found.explain(run) if found else ""
