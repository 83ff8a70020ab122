"""Request descriptions of characters, and store what models answer."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from characters.asking import as_fields, charge, describe_asked, prepare_job
from characters.models import Character, Description, DescriptionStep
from characters.profiles import language_of
from characters.refusals import CharacterRefused
from dialogue.backends.base import ModelMisconfigured, Reply, Sampling
from jobs.queues import Queue
from rolellm.describing import Question, opening_questions, second_person
from rolellm.descriptions import parse_catchphrases, strip_opening
from studies.storable_text import storable

DESCRIPTIONS = Queue(
    table=DescriptionStep, job="description", along=("description__character",), task="characters.describe"
)
SAMPLING = Sampling(temperature=0.7, top_p=0.95, max_tokens=600)
"""RoleGPT's; the paper states none for descriptions."""
TRIES = 3
State = Description.State


def request_description(character: Character, model: str, models_file: Path | None = None) -> Description:
    """Return the unfinished description of the character by ``model``, or a new one. It is paused until it is queued or begun.

    Raises CharacterRefused.
    """
    file = models_file or settings.MODELS_FILE
    unfinished = character.descriptions.filter(model=model).exclude(state__in=(State.FINISHED, State.CANCELLED))
    if found := unfinished.first():
        return found
    before = character.descriptions.filter(model=model).count()
    job = Description(character=character, model=model)
    try:
        job.configuration = {"model": describe_asked(file, model, SAMPLING), "seed": before}
        prepare_job(job, file)
    except ModelMisconfigured as error:
        raise CharacterRefused(str(error)) from error
    return _store(job)


@transaction.atomic
def note_unusable(item: DescriptionStep, reply: Reply, reason: str, worker: str) -> None:
    """Store an answer that cannot be used, beside those before it. Raises LeaseLost."""
    DESCRIPTIONS.store(item, worker, rejected=[*item.rejected, {"raw": storable(reply.raw), "reason": reason}])
    charge(item.description, reply)


@transaction.atomic
def finish_step(item: DescriptionStep, reply: Reply, worker: str, now: datetime) -> None:
    """Store the answer. The description in the third person adds the step that converts it; the last one ends the job and
    describes a character that has no description. Raises LeaseLost.
    """
    DESCRIPTIONS.hold(item, worker)
    job = DESCRIPTIONS.lock(item.description)
    if item.step == "third_person":
        _add_steps(job, [second_person(storable(reply.text))])
    DESCRIPTIONS.finish_held(item, job, now, **as_fields(reply), text=storable(reply.text))
    charge(job, reply)
    if job.state == State.FINISHED:
        character = Character.objects.select_for_update().get(pk=job.character_id)
        if not character.description:
            _describe(character, job)


@transaction.atomic
def use_description(job: Description) -> None:
    """Give the character the description and catchphrases of a finished job; whether the model knows it is then not audited.

    Raises CharacterRefused.
    """
    if job.state != State.FINISHED:
        raise CharacterRefused(f"{job} is not finished. Wait until it is, or resume it.")
    _describe(Character.objects.select_for_update().get(pk=job.character_id), job)


def described_as(job: Description) -> tuple[str, list[str]]:
    """Return the description and the catchphrases that a finished job gives."""
    texts = {step.step: step.text for step in job.steps.all()}
    return strip_opening(texts.get("second_person", "")), parse_catchphrases(texts.get("catchphrases", ""))


def _store(job: Description) -> Description:
    character = job.character
    with transaction.atomic():
        job.save()
        _add_steps(job, opening_questions(character.name, character.script, language_of(character)))
    return job


def _add_steps(job: Description, questions: list[Question]) -> None:
    begin = job.steps.count()
    DescriptionStep.objects.bulk_create(
        DescriptionStep(description=job, position=position, step=question.step, question=question.text)
        for position, question in enumerate(questions, start=begin)
    )


def _describe(character: Character, job: Description) -> None:
    character.description, character.catchphrases = described_as(job)
    character.described_by, character.audit = job.model, Character.Audit.NONE
    character.save(update_fields=["description", "catchphrases", "described_by", "audit", "changed_at"])
