"""The preview of a prompt set: every message of the method, in the model's template, without asking the model."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from dialogue import goals, personas
from dialogue.prompts import load, load_responder
from simulation.prompt_sets.preview import EXAMPLE, preview
from simulation.prompt_sets.scene import Scene, read_scene
from studies.models import Goal
from studies.prompt_sets.versions import store_version
from tests.factories import make_staff, make_study
from tests.installation import BASE_DIR, MODELS_FILE
from tests.simulation.prompt_sets.filling import fields

pytestmark = pytest.mark.django_db
API = '[models.remote]\nbackend = "openai"\nmodel = "m"\nbase_url = "http://localhost:1/v1"\n'


@pytest.fixture(autouse=True)
def models_file(settings: Settings) -> None:
    settings.MODELS_FILE = BASE_DIR / "models.toml"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def scene(**chosen: str) -> Scene:
    return read_scene({f"scene-{name}": value for name, value in chosen.items()})


def test_both_turns_show_every_message_as_the_model_receives_it() -> None:
    found = preview(load("plain"), scene(inquirer="tiny"))
    first, second = found.prompted
    persona, goal = personas.describe(personas.load_listed()[0].features), goals.load_listed()[0].text
    assert [message.content for message in first.messages] == [
        message.content for message in load("plain").open(persona, goal)
    ]
    said = [message.content for message in second.messages]
    assert said[len(first.messages)] == EXAMPLE.utterance
    assert EXAMPLE.response in said[-1]
    for one in found.prompted:
        assert all(message.content in one.rendered for message in one.messages)
        assert "<|" in one.rendered or "[INST]" in one.rendered


def test_tokens_are_counted_without_loading_weights_where_the_file_is_here() -> None:
    first, second = preview(load("plain"), scene(inquirer="tiny")).prompted
    assert first.tokens is not None
    assert second.tokens is not None
    assert 0 < first.tokens < second.tokens


def test_a_responder_hears_its_instruction_and_the_utterances() -> None:
    first, second = preview(load_responder("llama-2-responder"), scene(responder="tiny")).prompted
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user"]
    assert first.messages[0].content == load_responder("llama-2-responder").system


def test_a_model_behind_an_api_gets_messages_that_are_not_counted(settings: Settings, tmp_path: Any) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(API)
    found = preview(load("json"), scene())
    assert found.model == "remote"
    assert [(one.rendered, one.tokens) for one in found.prompted] == [("", None)] * 2
    assert '"finished"' in found.schema
    refused = preview(load("user-model"), scene())
    assert "needs a model that writes the user's messages, which no API offers" in refused.problem
    assert len(refused.prompted) == 2


def test_a_goal_with_a_mark_of_the_set_is_pointed_out() -> None:
    study = make_study()
    Goal.objects.filter(number=1).update(text="Learn what <say> means.")
    marked = {"way": "marked", "begin": "<say>", "end": "</say>"}
    prompts = load("plain").model_copy(update={"reading": load("plain").reading.model_copy(update=marked)})
    assert "contains the mark “<say>”" in preview(prompts, scene(study=study.slug, goal="1")).problem
    assert preview(prompts, scene(study=study.slug, goal="2")).problem == ""


def test_another_study_brings_its_own_personas_and_goals(client: Client) -> None:
    study = make_study(goal_count=1, persona_count=1)
    study.goals.update(text="Bake bread.", number=7)
    page = client.get("/prompt-set-scene/?scene-study=demo&scene-persona=P09&scene-goal=1&scene-seed=5").text
    assert "7: Bake bread." in page
    assert "P09" not in page
    assert 'value="5"' in page
    assert "P09" in client.get("/prompt-set-scene/?scene-study=&scene-persona=P09").text


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 40, "²", str(2**31)])
def test_a_seed_that_is_no_number_is_replaced_with_a_remark(odd: str, client: Client) -> None:
    assert scene(seed=odd).seed == 73
    page = client.get("/prompt-set-scene/", {"scene-seed": odd}).text
    assert "The seed must be a whole number from 0 to 2147483647. Here it is 73." in page


def test_a_seed_is_taken_as_it_is(client: Client) -> None:
    assert scene(seed=str(2**31 - 1)).seed == 2**31 - 1
    assert "The seed must" not in client.get("/prompt-set-scene/?scene-seed=5").text


def test_the_form_is_previewed_as_it_is_filled_in_and_without_a_name(client: Client) -> None:
    sent = fields(
        load("plain"), speaker="inquirer", **{"scene-inquirer": "tiny", "forward": "Er sagt: <RESPONSE> <CONV_STOP>"}
    )
    page = client.post("/prompt-set-preview/", sent).text
    assert escape(f"Er sagt: {EXAMPLE.response} FINISH") in page
    assert "In the chat template of tiny" in page


def test_mistakes_take_the_place_of_the_preview(client: Client) -> None:
    sent = fields(load("plain"), speaker="inquirer", forward="And now?")
    page = client.post("/prompt-set-preview/", sent).text
    assert escape("The placeholder <RESPONSE> is missing") in page
    assert "Name" not in page
    assert "Before output" not in page


def test_a_stored_set_is_previewed_by_its_reference(client: Client) -> None:
    store_version("brief", 'system = "Be brief."')
    assert "Be brief." in client.get("/prompt-set-preview/?reference=brief@1").text
    assert client.get("/prompt-set-preview/?reference=none").status_code == 404
    assert client.get("/prompt-set-preview/").status_code == 404


def test_a_site_without_models_shows_the_messages(settings: Settings, tmp_path: Any) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text("")
    found = preview(load("plain"), scene())
    assert "No model in models.toml can be the inquirer" in found.problem
    assert len(found.prompted) == 2


def test_scripted_models_are_not_counted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    assert [one.tokens for one in preview(load("plain"), scene(inquirer="asker")).prompted] == [None, None]
