"""Create branches, and store what their models say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from dialogue.roleplay import Ended, Exchange
from dialogue.seeds import SpeakerName
from simulation.branches.configuration import configure
from simulation.branches.consent import refuse_without_consent
from simulation.branches.origins import Origin, answered_turns, count_turns, read_origin
from simulation.branches.queue import BRANCHES
from simulation.branches.requests import BranchRequest
from simulation.casting import Cast, DialogueSpec
from simulation.costs import charge, fix_prices
from simulation.models import Branch
from simulation.requests import MOST_SEED, RequestError
from simulation.roles import described, new_records, recorded_roles, sentence_of, sheets_of
from simulation.services import describe_provenance
from studies import services as study_services
from studies.audit import Verb, record
from studies.models import Dialogue, Persona, record_descent, refuse_archived
from studies.roles import recall_role
from studies.services import copy_row
from studies.storable_text import storable

GONE = "There is no dialogue {token!r}. It may have been deleted because its participant withdrew. Choose another one."


def find_parent(token: str) -> Dialogue:
    """Return the dialogue with this token. Raises RequestError."""
    found = Dialogue.objects.select_related("study", "goal", "persona").filter(token=token).first()
    if found is None:
        raise RequestError(GONE.format(token=token))
    return found


def fork(parent: Dialogue, request: BranchRequest, models_file: Path | None = None) -> Branch:
    """Store a branch of the dialogue, paused until it is started or queued. Raises RequestError, and then stores nothing."""
    [branch] = fork_all([parent], request, models_file)
    return branch


def fork_all(parents: Sequence[Dialogue], request: BranchRequest, models_file: Path | None = None) -> list[Branch]:
    """Store a branch of each dialogue, or none of any. Raises RequestError, or Archived."""
    for study in {parent.study_id for parent in parents}:
        refuse_archived(study)
    # Computes the hashes of model files, which may take long, before the transaction.
    plans = [_plan(parent, request, models_file or settings.MODELS_FILE) for parent in parents]
    with transaction.atomic():
        return [_store(plan) for plan in plans]


def spec_of(branch: Branch) -> DialogueSpec:
    """Return what decides the branch's dialogue. Without changes it is what decided its parent's."""
    dialogue = branch.dialogue
    assert dialogue.seed is not None, "a branch always has a seed"  # noqa: S101
    seeds = (dialogue.seed, dialogue.persona.code, branch.retry)
    return DialogueSpec(
        branch.configuration,
        dialogue.persona_sentence,
        dialogue.goal.text,
        *seeds,
        name=f"branch-{branch.pk}",
        sheets=sheets_of(branch.configuration, dialogue.persona),
        records=recorded_roles(dialogue),
    )


@transaction.atomic
def save_step(branch: Branch, cast: Cast, step: Exchange | Ended, worker: str, now: datetime) -> None:
    """Store a complete turn, or the ending, with which the branch is finished. Raises LeaseLost."""
    BRANCHES.hold(branch, worker)
    charge(branch, step.outputs)
    if isinstance(step, Exchange):
        study_services.save_exchange(branch.dialogue, step, cast.responder.model)
        BRANCHES.forget_failures(branch)
    else:
        study_services.end_dialogue(branch.dialogue, step, now)
        BRANCHES.finish(branch, worker, now)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A branch that can be stored."""

    parent: Dialogue
    request: BranchRequest
    origin: Origin
    configuration: dict[str, Any]
    provenance: dict[str, Any]
    models_file: Path


def _plan(parent: Dialogue, request: BranchRequest, models_file: Path) -> _Plan:
    _refuse_missing_turn(parent, request.turn)
    origin = read_origin(parent)
    configuration = configure(origin, request, parent.goal, models_file)
    return _Plan(parent, request, origin, configuration, describe_provenance(configuration, models_file), models_file)


def _store(plan: _Plan) -> Branch:
    """Store the branch, or return the one that the same request has stored."""
    parent, request, configuration = plan.parent, plan.request, plan.configuration
    persona = _lock(parent, request.persona)
    if request.digest and (found := parent.branches.filter(request=request.digest).first()):
        return found
    shared = [turn for turn in answered_turns(parent) if turn.position < request.turn - 1]
    _refuse_full(len(shared), configuration["max_turns"])
    if shared and not request.has_consent:
        refuse_without_consent(parent, configuration)
    dialogue = _create_dialogue(plan, persona)
    record_descent(dialogue, parent, keeps_turns=bool(shared))
    for position, turn in enumerate(shared):
        copy_row(turn, dialogue=dialogue, position=position, key="")
    branch = Branch.objects.create(
        parent=parent,
        turn=request.turn,
        shared=len(shared),
        utterance=storable(request.utterance or ""),
        dialogue=dialogue,
        inquirer=configuration["inquirer"]["model"],
        responder=configuration["responder"]["model"],
        configuration=configuration,
        provenance=plan.provenance,
        retry=plan.origin.retry,
        request=request.digest,
    )
    fix_prices(branch, plan.models_file)
    record(parent.study, Verb.CREATED, f"a branch of dialogue {parent.token} at turn {request.turn}")
    return branch


def _refuse_missing_turn(parent: Dialogue, turn: int) -> None:
    count = count_turns(parent)
    if not 1 <= turn <= count + 1:
        turns = "1 turn" if count == 1 else f"{count or 'no'} turns"
        choice = f"a turn from 1 to {count}, or {count + 1} to continue after the last" if count else "turn 1"
        raise RequestError(f"The dialogue has {turns}, so it cannot branch at turn {turn}. Choose {choice}.", "turn")


def _refuse_full(shared: int, max_turns: int) -> None:
    if shared >= max_turns:
        raise RequestError(
            f"The turn limit is {max_turns}, and {shared} turns come before. Raise the turn limit, or choose an earlier turn.",
            "max_turns",
        )


def _lock(parent: Dialogue, persona: str) -> Persona:
    """Lock what the branch refers to and a withdrawal may delete, so that the withdrawal either finds the branch or has deleted
    the dialogue. Return the persona with that code, by default the parent's. Raises RequestError.

    The order is that of a withdrawal: natural dialogues, the persona, other dialogues from the first ancestor on. Everything is
    locked here, because a foreign key would lock the rest at the end of the transaction, in any order.
    """
    family = Dialogue.objects.filter(pk__in=[parent.pk, *parent.descents.values_list("ancestor", flat=True)])
    rows = family.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.filter(kind=Dialogue.Kind.NATURAL).values_list("pk"))
    found = _lock_persona(parent, persona)
    if parent.pk not in rows.values_list("pk", flat=True):
        raise RequestError(GONE.format(token=parent.token))
    return found


def _create_dialogue(plan: _Plan, persona: Persona) -> Dialogue:
    parent, origin = plan.parent, plan.origin
    is_same = persona == parent.persona
    sentence = (
        parent.persona_sentence if is_same else sentence_of(persona, origin.features, parent.study.persona_template)
    )
    records = _records(plan, persona)
    return Dialogue.objects.create(
        study=parent.study,
        goal=parent.goal,
        persona=persona,
        persona_sentence=sentence,
        kind=Dialogue.Kind.BRANCH,
        inquirer=described(plan.configuration, "inquirer", records.get("inquirer", {})),
        responder=described(plan.configuration, "responder", records.get("responder", {})),
        seed=_seed(plan),
    )


def _records(plan: _Plan, persona: Persona) -> dict[SpeakerName, dict[str, Any]]:
    """Return the roles of the branch's characters: the parent's, so that it repeats the parent, and that of a new persona."""
    sheets, known = sheets_of(plan.configuration, persona), recorded_roles(plan.parent)
    kept = {speaker: known[speaker] for speaker, sheet in sheets.items() if recall_role(sheet, known.get(speaker, {}))}
    missing = {speaker: sheet for speaker, sheet in sheets.items() if speaker not in kept}
    return kept | new_records(plan.configuration, missing, plan.parent.goal.text)


def _seed(plan: _Plan) -> int:
    """Return the branch's seed. Call it with the parent locked, so that no two negative controls have the same."""
    if not plan.request.is_control:
        return plan.origin.seed if plan.request.seed is None else plan.request.seed
    used = set(plan.parent.branches.values_list("dialogue__seed", flat=True))
    seed = (plan.origin.seed + 1) % MOST_SEED
    while seed in used:
        seed = (seed + 1) % MOST_SEED
    return seed


def _lock_persona(parent: Dialogue, code: str) -> Persona:
    """Return the study's persona with this code, by default the parent's, locked as the dialogue is. Raises RequestError."""
    personas = Persona.objects.select_for_update(of=("self",), no_key=True).filter(study=parent.study_id)
    found = personas.filter(code=code or parent.persona.code).first()
    if found is None and not code:
        raise RequestError(GONE.format(token=parent.token))
    if found is None:
        raise RequestError(f"Study {parent.study.slug!r} has no persona {code!r}. Its page lists the codes.", "persona")
    if found.is_character != parent.persona.is_character:
        kind = "a character" if found.is_character else "a person"
        raise RequestError(
            f"Persona {code!r} is {kind}, and that of the dialogue is not. Choose a persona of the same kind.",
            "persona",
        )
    return found
