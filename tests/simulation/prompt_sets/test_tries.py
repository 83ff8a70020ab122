"""Tries of a prompt set: two turns with real models, of which nothing is stored."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils.html import escape, strip_tags
from pytest_django import Settings

from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured, Sampling
from dialogue.prompts import PromptSet, load, load_responder
from simulation.casting import Casting
from simulation.prompt_sets import tries
from simulation.prompt_sets.scene import read_scene
from simulation.prompt_sets.tries import Tried, Try, ask_next, begin_try, read_try
from simulation.requests import RunRequest
from simulation.services import request_run, start_run
from simulation.workers import Worker
from studies.language_models.tried_models import TriedModels, tried_models
from studies.models import Dialogue, Output
from tests.factories import make_staff, make_study
from tests.installation import BASE_DIR
from tests.simulation.prompt_sets.filling import fields
from tests.simulation.scripts import work_off

pytestmark = pytest.mark.django_db
ANSWERER = """
[models.answerer]
backend = "scripted"
replies = ["A1", "A2", "A3"]
[models.answerer.responder]
"""
ASKER = (
    '[models.asker]\nbackend = "scripted"\nreplies = [{}]\npause = {}\n[models.asker.inquirer]\nregenerate_tries = {}\n'
)


@pytest.fixture
def models_file(settings: Settings, tmp_path: Path) -> Path:
    path = settings.MODELS_FILE = tmp_path / "models.toml"
    return path


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def set_of(name: str, **changes: Any) -> PromptSet:
    return PromptSet.model_validate(load(name).model_dump() | changes)


def with_replies(path: Path, *replies: str, pause: float = 0, tries: int = 0) -> None:
    path.write_text(ASKER.format(", ".join(f"'{reply}'" for reply in replies), pause, tries) + ANSWERER)


def play(prompts: PromptSet, models: TriedModels | None = None) -> list[Tried]:
    """Return what came of each output of a try."""

    async def ask_all() -> list[Tried]:
        found, attempt = [], begun
        pool = models or TriedModels()
        while attempt:
            found.append(await ask_next(attempt, pool))
            attempt = found[-1].next
        await pool.close()
        return found

    begun: Try | None = begin_try(prompts, read_scene({}))
    return asyncio.run(ask_all())


def said(found: list[Tried]) -> list[tuple[str, str]]:
    return [(one.attempt.speaker, one.verdict.output.checked.text) for one in found if one.verdict]


def test_two_turns_are_played_and_nothing_is_stored(models_file: Path) -> None:
    with_replies(models_file, '"Q1"', '"Q2"', '"Q3"')
    found = play(load("llama-2"))
    assert said(found) == [("inquirer", "Q1"), ("responder", "A1"), ("inquirer", "Q2"), ("responder", "A2")]
    assert found[-1].sentence == "The trial is complete. Nothing was stored."
    assert not Dialogue.objects.exists()
    assert not Output.objects.exists()


@pytest.mark.parametrize(
    ("prompts", "reply", "words", "reason"),
    [
        (load("llama-2"), "Let me think.", "no prompt", "It contains no text in straight double quotes."),
        (load("llama-2"), "I have it. FINISH", "ends the dialogue", "The text beside it is not sent."),
        (load("json"), "{}", "no prompt", "It contains no JSON object with a text in the field “message”."),
        (load("plain"), "a b a b a b a b", "repeats itself", "It repeats a phrase of 2 to 4 words again and again."),
        (load("plain"), "Finish", "ends the dialogue", "“FINISH” is the first or the last word."),
    ],
)
def test_an_output_that_ends_the_dialogue_says_why(
    models_file: Path, prompts: PromptSet, reply: str, words: str, reason: str
) -> None:
    with_replies(models_file, reply)
    (only,) = play(prompts)
    assert only.verdict
    assert (only.verdict.words, only.verdict.output.reply.raw) == (words, reply)
    assert reason in only.verdict.reasons
    assert only.sentence == "The dialogue ends here."


@pytest.mark.parametrize(
    ("prompts", "reply", "reason"),
    [
        (load("llama-2"), 'Ask "Q1" or "Q2".', "It offers 2 utterances; only the first counts."),
        (load("plain"), "Q1", "The whole output is the utterance."),
        (
            set_of("plain", reading={"way": "marked", "begin": "<say>", "end": "</say>"}),
            "Hm. <say>Q1</say>",
            "The text between “<say>” and “</say>” is the utterance.",
        ),
        (load("json"), '{"message": "Q1", "finished": false}', "The field “message” is the utterance."),
        (load("plain"), "<think>What now?</think>Q1", "Its thoughts are left out."),
    ],
)
def test_an_accepted_output_says_where_its_utterance_is(
    models_file: Path, prompts: PromptSet, reply: str, reason: str
) -> None:
    with_replies(models_file, reply, "FINISH")
    first = play(prompts)[0]
    assert first.verdict
    assert (first.verdict.words, first.verdict.output.checked.text) == ("accepted", "Q1")
    assert reason in first.verdict.reasons


def test_last_words_get_one_more_response_where_the_set_sends_them(models_file: Path) -> None:
    with_replies(models_file, "Thanks! FINISH")
    found = play(set_of("plain", stop={"sends_rest": True}))
    assert said(found) == [("inquirer", "Thanks!"), ("responder", "A1")]
    assert found[0].verdict
    assert "The text beside it is sent as the last utterance." in found[0].verdict.reasons


def test_further_attempts_of_a_run_are_mentioned(models_file: Path) -> None:
    with_replies(models_file, "No quotes.", tries=2)
    (only,) = play(load("llama-2"))
    assert only.verdict
    assert "In a run the model has 2 more attempts." in only.verdict.reasons


def test_an_output_that_takes_too_long_is_shown_as_far_as_it_got(models_file: Path) -> None:
    with_replies(models_file, "word " * 1000, pause=0.05)
    attempt = begin_try(load("plain"), read_scene({}))

    async def ask() -> Tried:
        pool = TriedModels()
        found = await ask_next(attempt, pool, patience=0.6)
        await pool.close()
        return found

    found = asyncio.run(ask())
    assert found.raw.startswith("word")
    assert found.next is None
    assert "not complete after 1 seconds. A run has no such limit." in found.sentence


def test_a_model_that_has_said_nothing_yet_is_waited_for_but_not_forever(models_file: Path) -> None:
    with_replies(models_file, "Q1", pause=1000)
    attempt = begin_try(load("plain"), read_scene({}))

    async def ask() -> list[Tried]:
        pool = TriedModels()
        found = [await ask_next(attempt, pool, patience=0.05)]
        while following := found[-1].next:
            found.append(await ask_next(following, pool, patience=0.01))
        await pool.close()
        return found

    found = asyncio.run(ask())
    assert found[0].sentence == "Model 'asker' has not begun to answer yet."
    assert 2 < len(found) < 20
    assert "Check its server, or start a run instead." in found[-1].sentence


def test_one_output_at_a_time_is_asked_for_in_a_process(models_file: Path) -> None:
    with_replies(models_file, "Q1", pause=0.2)
    attempt = begin_try(load("plain"), read_scene({}))

    async def ask() -> list[Tried]:
        pool = TriedModels()
        found = await asyncio.gather(ask_next(attempt, pool), ask_next(attempt, pool))
        await pool.close()
        return list(found)

    first, second = asyncio.run(ask())
    assert first.verdict
    assert second.next == attempt
    assert second.sentence.startswith("Another trial is in progress.")


def test_a_model_stays_loaded_between_outputs_and_one_open_for_chats_stays_open(models_file: Path) -> None:
    with_replies(models_file, "Q1")
    spec = read_scene({}).models["inquirer"]
    assert spec

    async def lend() -> None:
        pool = TriedModels()
        async with pool.lend(spec) as first:
            pass
        async with pool.lend(spec) as second:
            assert second is first
        assert registry.opened_model(spec) is None
        await pool.close()
        open_for_chats = registry.open_model(spec)
        async with pool.lend(spec) as third:
            assert third is open_for_chats
        await pool.close()
        assert (await open_for_chats.reply([], Sampling())).text == "Q1"
        await registry.close_models()

    asyncio.run(lend())


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        ('[models.big]\nbackend = "transformers"\nmodel = "org/big"\n', "Model 'big' runs in a worker, and this page"),
        (ANSWERER, "No model in models.toml can be the inquirer."),
        ('[models.api]\nbackend = "openai"\nmodel = "m"\n', "which no API offers"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_a_sentence(models_file: Path, models: str, sentence: str) -> None:
    models_file.write_text(models)
    with pytest.raises(ModelMisconfigured, match=sentence):
        begin_try(load("user-model"), read_scene({}))


def test_a_try_says_what_a_run_with_the_same_seed_says(settings: Settings) -> None:
    settings.MODELS_FILE = BASE_DIR / "models.toml"
    run = request_run(make_study(goal_count=1, persona_count=1), RunRequest("tiny", "tiny", max_turns=1))
    start_run(run)
    work_off(run, Worker(Casting(settings.MODELS_FILE, registry.open_model)))
    attempt = begin_try(load("llama-2"), read_scene({"scene-inquirer": "tiny", "scene-responder": "tiny"}))

    async def ask() -> Tried:
        found = await ask_next(attempt, TriedModels())
        await registry.close_models()
        return found

    found = asyncio.run(ask())
    assert found.verdict
    assert found.verdict.output.reply.raw == Output.objects.get(speaker="inquirer", position=0).raw


def test_a_state_of_another_site_or_version_is_refused() -> None:
    assert read_try("nonsense") is None
    assert read_try(signing.dumps({"of": "then"}, salt=tries._SALT)) is None
    assert read_try("eyJhIjoxfQ:1vEabc:abc") is None


def continued(client: Client, page: str) -> str:
    """Send the state on the page as its script does, and return the answer."""
    found = re.search(r"hx-vals='\{\"state\": \"([^\"]+)\"\}'", page)
    assert found
    return client.post("/prompt-set-try/", {"state": found[1]}).text


def test_the_page_asks_for_one_output_after_the_other(client: Client, models_file: Path) -> None:
    with_replies(models_file, "Q <1>", "No. FINISH")
    make_study()
    page = client.post("/prompt-set-try/", fields(load("plain"), speaker="inquirer")).text
    assert "Waiting for asker, the inquirer, in turn 1" in page
    page = continued(client, page)
    assert escape("Q <1>") in page
    assert "Waiting for answerer, the responder, in turn 1" in page
    page = continued(client, continued(client, page))
    assert "ends the dialogue" in page
    assert "The dialogue ends here." in strip_tags(page)
    assert "hx-vals" not in page
    assert not tried_models.tasks


def test_a_stored_responders_set_is_tried_by_its_reference(client: Client, models_file: Path) -> None:
    with_replies(models_file, "Q1")
    page = client.post("/prompt-set-try/", {"reference": "llama-2-responder"}).text
    attempt = read_try(re.findall(r"\"state\": \"([^\"]+)\"", page)[0])
    assert attempt
    assert load_responder("llama-2-responder").system.split()[0] in attempt.texts["responder"]


def test_mistakes_and_old_states_are_said_instead_of_a_try(client: Client, models_file: Path) -> None:
    with_replies(models_file, "Q1")
    wrong = fields(load("plain"), speaker="inquirer", forward="And now?")
    assert "Correct the set before you try it" in client.post("/prompt-set-try/", wrong).text
    assert "This trial has expired." in client.post("/prompt-set-try/", {"state": "old"}).text
    assert client.get("/prompt-set-try/").status_code == 405
