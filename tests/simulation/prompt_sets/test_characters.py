"""Prompt sets previewed and tried with characters: what the model really receives, marked."""

import asyncio
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import PromptSet, load, load_responder
from rolellm.role_play import as_role
from simulation.prompt_sets.characters import PAIRS, SYSTEM
from simulation.prompt_sets.preview import preview
from simulation.prompt_sets.scene import Scene, read_scene
from simulation.prompt_sets.tries import ask_next, begin_try, read_try
from studies.language_models.tried_models import TriedModels
from studies.models import CharacterSheet, Study
from studies.roles import assign_role
from tests.analysis.drift.factories import make_study_with_characters
from tests.factories import make_staff
from tests.simulation.prompt_sets.filling import fields

pytestmark = pytest.mark.django_db
MODELS = """
[models.asker]
backend = "scripted"
replies = [REPLIES]
[models.asker.inquirer]
[models.answerer]
backend = "scripted"
replies = [REPLIES]
[models.answerer.responder]
"""


@pytest.fixture(autouse=True)
def study(settings: Settings, tmp_path: Path) -> Study:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS.replace("REPLIES", ", ".join(["'\"Speak to me!\"'"] * 9)))
    return make_study_with_characters(goal_count=1)


def scene(study: Study, **chosen: str) -> Scene:
    values = {"study": study.slug, "persona": "Coriolanus"} | chosen
    return read_scene({f"scene-{name}": value for name, value in values.items()})


def unsuitable() -> PromptSet:
    """A prompt set whose model writes the user's messages."""
    changes = {"speaks_as": "user", "forward": "<RESPONSE>", "reading": {"way": "whole"}}
    return PromptSet.model_validate(load("plain").model_dump() | changes)


def test_the_preview_shows_exactly_what_a_run_sends_and_marks_the_characters_part(study: Study) -> None:
    prompts, goal = load("plain"), study.goals.get().text
    role = assign_role(CharacterSheet.objects.get(name="Coriolanus"), "dialogue", goal).role
    first, second = preview(prompts, scene(study)).prompted
    assert first.messages == as_role(prompts, role).open("Coriolanus", goal)
    assert [mark for _, mark in first.marked] == [SYSTEM, *[PAIRS] * 10, *[""] * (len(first.messages) - 11)]
    assert "You are Coriolanus." in first.messages[0].content
    assert [mark for _, mark in second.marked][: len(first.marks)] == list(first.marks)


@pytest.mark.parametrize(("way", "marks"), [("zero-shot", [SYSTEM, ""]), ("few-shot", [SYSTEM, PAIRS])])
def test_each_elicitation_is_shown_as_it_is(study: Study, way: str, marks: list[str]) -> None:
    assert [mark for _, mark in preview(load("plain"), scene(study, elicitation=way)).prompted[0].marked] == marks


def test_a_responder_plays_the_character_that_is_chosen_for_it(study: Study) -> None:
    prompts = load_responder("llama-2-responder")
    assert not any(preview(prompts, scene(study)).prompted[0].marks)
    first = preview(prompts, scene(study, character="MENENIUS")).prompted[0]
    assert "You are MENENIUS." in first.messages[0].content
    assert first.marks[0] == SYSTEM


def test_a_set_that_no_character_can_play_says_so_in_the_preview_and_before_a_trial(study: Study) -> None:
    assert "No character can play with this prompt set" in preview(unsuitable(), scene(study)).problem
    with pytest.raises(ModelMisconfigured, match="No character can play with this prompt set"):
        begin_try(unsuitable(), scene(study))


def test_a_trial_asks_with_the_characters_prompts_although_the_character_has_changed_since(study: Study) -> None:
    begun = begin_try(load("plain"), scene(study, character="MENENIUS"))
    CharacterSheet.objects.update(description="You are somebody else.")
    attempt = read_try(begun.state)
    assert attempt is not None
    assert "You are Coriolanus." in attempt.prompts.open("Coriolanus", "Win.")[0].content  # type: ignore[call-arg]
    tried = asyncio.run(ask_next(attempt, TriedModels()))
    assert tried.verdict is not None
    assert tried.next is not None
    assert (attempt.character, tried.next.character) == ("Coriolanus", "MENENIUS")
    assert "You are MENENIUS." in tried.next.prompts.open()[0].content  # type: ignore[call-arg]


def test_the_page_offers_characters_only_in_a_study_that_has_them(study: Study) -> None:
    client = Client()
    client.force_login(make_staff())
    sent = fields(load("plain"), speaker="inquirer") | {"scene-study": study.slug, "scene-persona": "Coriolanus"}
    assert "the character’s demonstrations" in client.post("/prompt-set-preview/", sent).text
    assert "Responder’s character" in client.get("/prompt-set-scene/", {"scene-study": study.slug}).text
    assert "Responder’s character" not in client.get("/prompt-set-scene/", {"scene-study": ""}).text
