"""The demo's character: its profile from the play, and answers that are labelled as made up."""

import tomllib
from importlib.resources import files
from pathlib import Path

from asgiref.sync import async_to_sync
from django.db import transaction

from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.requests import InstructRequest, request_instruct
from characters.context_instruct.workers import InstructWorker
from characters.describing.descriptions import DESCRIPTIONS, request_description
from characters.describing.workers import DescriptionWorker
from characters.imports.profiles import store_profile
from characters.models import Character, ContextInstruct, Description
from characters.rehearsal.benchmark import load_benchmark
from characters.rehearsal.made_up import MadeUp
from rolellm.describing import opening_questions, second_person
from rolellm.profiles import make_profile
from rolellm.roles import Role
from rolellm.scripts.reading import parse_script

ROLE = Role("Coriolanus", ("MARCIUS",))
TITLE = "The Tragedy of Coriolanus"
MODEL = "made-up"
_PLAY = "coriolanus.txt"
_DATA = files("characters.rehearsal.data")


def load_character() -> Character:
    """Store Coriolanus with made-up answers, unless a character of that name exists.

    A load that was interrupted is completed.
    """
    character = Character.objects.filter(name=ROLE.name).first()
    if character is None:
        character = _store()
    for job in character.descriptions.filter(model=MODEL).exclude(state=Description.State.FINISHED):
        _describe(job)
    _make_triplets(character)
    for made in character.instructions.filter(model=MODEL, is_filtered=True)[:1]:
        load_benchmark(made)
    character.refresh_from_db()
    return character


@transaction.atomic
def _store() -> Character:
    content = files("rolellm.data").joinpath("plays", _PLAY).read_bytes()
    profile = make_profile(parse_script(content, _PLAY), ROLE)
    character = store_profile(profile, source=_PLAY, script=TITLE).character
    request_description(character, MODEL, _models_file())
    return character


def _models_file() -> Path:
    return Path(str(_DATA.joinpath("models.toml")))


def _describe(job: Description) -> None:
    DESCRIPTIONS.start(job)
    model = MadeUp(_answers())
    worker = DescriptionWorker(models_file=_models_file(), open_model=lambda _: model, tick=0.02)
    async_to_sync(worker.work_off)(job.steps.all())
    DESCRIPTIONS.leave(job)


def _make_triplets(character: Character) -> None:
    """Let Context-Instruct make triplets of a character that is this demo's, unless a researcher has begun."""
    jobs = character.instructions.all()
    begun = jobs.filter(model=MODEL, state__in=(ContextInstruct.State.PAUSED, ContextInstruct.State.RUNNING)).first()
    character.refresh_from_db()
    is_ours = character.described_by == MODEL and character.descriptions.filter(model=MODEL).exists()
    if not (is_ours and character.description) or (jobs.exists() and not begun):
        return
    job = begun or request_instruct(character, InstructRequest(MODEL), _models_file())
    INSTRUCT_CALLS.start(job)
    model = MadeUp(_answers())
    worker = InstructWorker(models_file=_models_file(), open_model=lambda _: model, tick=0.02)
    async_to_sync(worker.work_off)(job.calls.all())
    INSTRUCT_CALLS.leave(job)


def _answers() -> dict[str, str]:
    """Return the answers by question."""
    told = tomllib.loads(_DATA.joinpath("description.toml").read_text("utf-8"))
    answers = [*told["audit"], told["third_person"], told["catchphrases"], told["second_person"]]
    asked = [*opening_questions(ROLE.name, TITLE, "en"), second_person(told["third_person"])]
    return {question.text: answer for question, answer in zip(asked, answers, strict=True)}
