"""Requests for Context-Instruct, and the job with its planned calls."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from characters.asking import describe_asked, prepare_job
from characters.models import Character, ContextInstruct, InstructCall
from characters.profiles import as_elicited, language_of, rows_of
from characters.refusals import CharacterRefused
from dialogue.backends.base import ModelMisconfigured, Sampling
from rolellm.context_instruct import WANTED, Call, Subject, plan
from rolellm.duplicates import THRESHOLD
from rolellm.segments import cut
from studies.language_models.descriptions import decisive

SAMPLING = Sampling(temperature=0.7, top_p=0.95, max_tokens=2000)
"""The paper's (appendix E)."""
SEED = 73
MOST_WANTED = 10_000
MOST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class InstructRequest:
    """Which model to ask, up to how many triplets calls are added, the seed of all draws, and the similarity from which a
    question is a duplicate."""

    model: str
    wanted: int = WANTED
    seed: int = SEED
    threshold: float = THRESHOLD

    def __post_init__(self) -> None:
        if not 1 <= self.wanted <= MOST_WANTED:
            raise CharacterRefused(f"Ask for 1 to {MOST_WANTED:,} triplets. You asked for {self.wanted:,}.")
        if not 0 <= self.seed <= MOST_SEED:
            raise CharacterRefused("Enter the seed as a whole number from 0, for example 73.")
        check_threshold(self.threshold)


def check_threshold(threshold: float) -> None:
    """Raise CharacterRefused if this is no similarity from which a question can be a duplicate."""
    if not 0 < threshold <= 1:
        raise CharacterRefused(
            f"Enter the similarity of duplicates as a number above 0 and up to 1, for example 0.5. You entered {threshold}."
        )


def request_instruct(
    character: Character, request: InstructRequest, models_file: Path | None = None
) -> ContextInstruct:
    """Return the job that makes triplets of the character as requested: an equal one if there is any, else a new one.

    Without a profile, all its questions are about the description.
    Only the threshold may differ from an equal one, because a selection is made again without the model. The job is paused
    until it is queued or worked on. Raises CharacterRefused.
    """
    file = models_file or settings.MODELS_FILE
    calls = _planned(character, request.seed)
    configuration = _configure(character, request, calls, file)
    with transaction.atomic():
        locked = Character.objects.select_for_update(no_key=True).get(pk=character.pk)
        return _equal(locked, request, configuration) or _store(locked, request, configuration, calls, file)


def _planned(character: Character, seed: int) -> list[Call]:
    if not character.description:
        raise CharacterRefused(
            f"{character.name} has no description, which every question needs. Let a model write one with python manage.py "
            "characters describe, or write it on the character's page."
        )
    return plan(cut(rows_of(character), language_of(character)), seed)


def _configure(
    character: Character, request: InstructRequest, calls: Sequence[Call], models_file: Path
) -> dict[str, Any]:
    """Return everything that affects the answers and their selection."""
    try:
        model = describe_asked(models_file, request.model, SAMPLING)
    except ModelMisconfigured as error:
        raise CharacterRefused(str(error)) from error
    profile = "\n\n".join(call.segment.text for call in calls if call.segment)
    return {
        "model": model,
        "subject": asdict(Subject(as_elicited(character), character.script)),
        "profile": hashlib.sha256(profile.encode()).hexdigest(),
        "seed": request.seed,
        "threshold": request.threshold,
    }


def _equal(character: Character, request: InstructRequest, configuration: dict[str, Any]) -> ContextInstruct | None:
    jobs = character.instructions.filter(model=request.model, wanted=request.wanted)
    return next((job for job in jobs if _identity(job.configuration) == _identity(configuration)), None)


def _identity(configuration: dict[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in configuration.items() if key != "threshold"}
    return told | {"model": decisive(told["model"])}


def _store(
    character: Character,
    request: InstructRequest,
    configuration: dict[str, Any],
    calls: Sequence[Call],
    models_file: Path,
) -> ContextInstruct:
    job = ContextInstruct(character=character, model=request.model, wanted=request.wanted, configuration=configuration)
    prepare_job(job, models_file)
    job.save()
    InstructCall.objects.bulk_create(_row(job, position, call) for position, call in enumerate(calls))
    return job


def _row(job: ContextInstruct, position: int, call: Call) -> InstructCall:
    row = InstructCall(job=job, position=position, origin=call.origin)
    if call.segment:
        row.first_row, row.last_row, row.script = call.segment.first_row, call.segment.last_row, call.segment.text
    return row
