"""Trials of the elicitations: each model answers in three ways, and nothing is stored."""

import asyncio
import re

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from characters.models import Answer, AnswerSet, Character
from characters.tries.trials import Shown, Trial, ask_next, begin_trial, prepare, read_trial
from dialogue.backends.base import ModelMisconfigured
from studies.language_models.tried_models import TriedModels
from tests.characters.benchmarks.answers import MODELS_FILE
from tests.factories import make_character, make_staff

pytestmark = pytest.mark.django_db
QUESTION = "Will you flatter the people?"


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def play(trial: Trial, character: Character, patience: float = 40.0) -> list[Shown]:
    """Return all answers of a trial."""

    async def ask(asked_trial: Trial) -> Shown:
        models = TriedModels()
        try:
            return await ask_next(asked_trial, asked, character, models, patience)
        finally:
            await models.close()

    shown: list[Shown] = []
    following: Trial | None = trial
    while following:
        asked = prepare(following, character)
        shown.append(asyncio.run(ask(following)))
        following = shown[-1].next
    return shown


def text_of(response) -> str:
    return " ".join(strip_tags(response.text.replace("<", " <")).split())


def state_of(response) -> str:
    found = re.search(r'"state": "([^"]+)"', response.text)
    return found[1] if found else ""


def test_every_model_answers_in_all_three_ways() -> None:
    character = make_character()
    shown = play(begin_trial(character, ("actor", "silent"), QUESTION, 73), character)
    assert [(each.trial.model, each.trial.elicitation) for each in shown[:4]] == [
        ("actor", "zero-shot"),
        ("actor", "few-shot"),
        ("actor", "dialogue"),
        ("silent", "zero-shot"),
    ]
    zero, _, dialogue = shown[:3]
    assert (zero.text, zero.faults) == ("I banish you!", ("begins with the role name",))
    assert dialogue.text == "I banish you all."
    assert dialogue.asked is not None
    assert len(dialogue.asked.messages) == 12
    assert QUESTION in dialogue.asked.messages[-1].content


def test_a_failing_model_is_named_and_the_others_still_answer() -> None:
    character = make_character()
    shown = play(begin_trial(character, ("silent", "actor"), QUESTION, 73), character)
    assert "has no reply number 6" in shown[2].sentence
    assert shown[3].text == "I banish you!"


def test_a_slow_answer_is_shown_as_far_as_it_got(tmp_path, settings: Settings) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text('[models.slow]\nbackend = "scripted"\nreplies = ["I banish you."]\npause = 0.3\n')
    character = make_character()
    trial = begin_trial(character, ("slow",), QUESTION, 73)
    shown = play(trial, character, patience=0.5)[0]
    assert shown.raw.startswith("I")
    assert "was not complete after" in shown.sentence
    assert shown.next is not None


def test_a_character_without_description_and_a_workers_model_are_refused(tmp_path, settings: Settings) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text('[models.big]\nbackend = "transformers"\nmodel = "big"\n')
    with pytest.raises(ModelMisconfigured, match="runs in a worker"):
        begin_trial(make_character(), ("big",), QUESTION, 73)


def test_the_page_asks_answer_by_answer_and_stores_nothing(client) -> None:
    character = make_character()
    said = text_of(client.get(f"/elicitations/?character={character.token}"))
    assert "Coriolanus" in said
    assert "actor" in said
    form = {"character": character.token, "models": ["actor"], "question": QUESTION, "seed": "73"}
    begun = client.post("/elicitations/try/", form)
    assert "Answers as Coriolanus not audited" in text_of(begun)
    assert "5 pairs retrieved for this question" in text_of(begun)
    answers = [client.post("/elicitations/try/", {"state": state_of(begun)})]
    while state := state_of(answers[-1]):
        answers.append(client.post("/elicitations/try/", {"state": state}))
    assert len(answers) == 3
    assert "actor zero-shot I banish you!" in text_of(answers[0])
    assert "begins with the role name" in text_of(answers[0])
    assert "The trial is complete. Nothing was stored." in text_of(answers[2])
    assert not AnswerSet.objects.exists()
    assert not Answer.objects.exists()


def test_mistakes_are_named(client) -> None:
    character = make_character(description="")
    form = {"character": character.token, "models": ["actor"], "question": QUESTION, "seed": "73"}
    assert "has no description" in text_of(client.post("/elicitations/try/", form))
    said = text_of(client.post("/elicitations/try/", form | {"models": [], "question": " "}))
    assert "Choose one model or more." in said
    assert "Write a question." in said
    assert "This trial has expired." in text_of(client.post("/elicitations/try/", {"state": "forged"}))
    assert read_trial("forged") is None


def test_without_characters_the_page_says_how_to_begin(client) -> None:
    assert "No characters yet." in text_of(client.get("/elicitations/"))
