"""A mistake in models.toml stops its model for new work, but nothing in progress."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from collection.chat.database import in_database
from collection.participation.goals import begin_goal
from dialogue.backends.base import ModelMisconfigured
from simulation.requests import RequestError
from studies.language_models.catalogue import provider_of
from studies.language_models.identities import find_well_described
from studies.language_models.in_force import read_models_in_force
from studies.models import Dialogue
from tests.collection.chat.pages import REPLIES, make_chat, open_page, write_models
from tests.collection.factories import enrol_participant, make_open_study
from tests.factories import make_staff, make_study
from tests.forks import run
from tests.simulation.scripts import MODELS_FILE as SCRIPTED
from tests.simulation.scripts import make_worker, request_run, started_run, work_off

OTHER = '\n[models.other]\nbackend = "scripted"\n'
SLIPS = {
    "a wrong key in its entry": lambda text: text.replace("max_n", "max_m"),
    "a mistyped table": lambda text: text.replace("[models.bot]", "[modles.bot]"),
    "a prompt set that does not exist": lambda text: text.replace("llama-2-responder", "llama-2-respond"),
    "another entry is wrong": lambda text: text + OTHER + "contxt = 3",
    "no TOML": lambda text: text + "\n[models.other",
    "no text": lambda _: "\udcff",
}


@pytest.fixture
def models_file(settings: Settings, tmp_path: Path) -> Path:
    file: Path = write_models(tmp_path)
    settings.MODELS_FILE = file
    return file


def slip(file: Path, kind: str) -> None:
    file.write_text(SLIPS[kind](file.read_text("utf-8")), "utf-8", errors="surrogateescape")


@pytest.mark.parametrize("kind", SLIPS)
@pytest.mark.django_db(transaction=True)
async def test_a_chat_under_way_goes_on_whatever_is_wrong_in_the_file(kind: str, models_file: Path) -> None:
    chat: Dialogue = await in_database(make_chat)
    async with open_page(chat) as page:
        # The site has read the file when it began the chat, which the factory does without it.
        await in_database(lambda: read_models_in_force(models_file))
        slip(models_file, kind)
        await page.say("What is a bear?")
        assert (await page.wait_for("done"))["state"] == "complete"
        assert page.text == REPLIES[0]


@pytest.mark.django_db
def test_a_participant_of_an_open_study_begins_the_next_goal(models_file: Path) -> None:
    participant = enrol_participant(make_open_study(chatbot="bot"))
    read_models_in_force(models_file)
    slip(models_file, "a wrong key in its entry")
    dialogue = begin_goal(participant)
    assert dialogue is not None
    assert dialogue.responder["coherence"] == {"max_n": 5, "repeats": 2}


def test_a_process_that_starts_later_has_the_last_correct_description(models_file: Path, settings: Settings) -> None:
    read_models_in_force(models_file)
    slip(models_file, "no TOML")
    program = (
        "import django; django.setup(); from django.conf import settings; from studies.language_models.in_force import *;"
        "print(read_models_in_force(settings.MODELS_FILE).all['bot'].replies[0])"
    )
    environment = {"VAR_DIR": str(settings.VAR_DIR), "MODELS_FILE": str(models_file)}
    done = run("-c", program, environment=environment | {"DJANGO_SETTINGS_MODULE": "roleplay_site.settings"})
    assert (done.stdout.strip(), done.stderr) == (REPLIES[0], "")


def test_a_later_correct_description_replaces_the_earlier_one_and_a_deleted_entry_is_gone(models_file: Path) -> None:
    read_models_in_force(models_file)
    write_models(models_file.parent, replies=["New."])
    read_models_in_force(models_file)
    slip(models_file, "a wrong key in its entry")
    assert read_models_in_force(models_file).all["bot"].replies == ("New.",)
    models_file.write_text(OTHER)
    assert list(read_models_in_force(models_file).all) == ["other"]


@pytest.mark.django_db
def test_the_pages_name_the_entry_and_the_line_and_that_the_study_goes_on(models_file: Path) -> None:
    make_open_study(chatbot="bot")
    client = Client()
    client.force_login(make_staff())
    page = client.get("/studies/demo/collecting/").text
    assert "models.toml" not in page
    slip(models_file, "a wrong key in its entry")
    page = " ".join(client.get("/studies/demo/collecting/").text.replace("&#x27;", "'").split())
    assert (
        f"Model 'bot' in {models_file}, line 6: there is no setting 'responder.coherence.max_m', perhaps you meant 'max_n'."
        in page
    )
    assert "Chats and runs in progress continue with the last correct description." in page
    assert "has no responder" not in page
    assert f"Model 'bot' in {models_file}, line 6" in client.get("/studies/demo/simulate/").text.replace("&#x27;", "'")
    slip(models_file, "no TOML")
    assert "is not valid TOML: " in client.get("/studies/demo/collecting/").text


@pytest.mark.django_db
def test_participants_still_read_to_whom_their_messages_go(models_file: Path) -> None:
    write_models(models_file.parent, backend="openai", model="m", base_url="https://llm.example.org/v1", replies=[])
    assert provider_of("bot") == "llm.example.org"
    slip(models_file, "no TOML")
    assert provider_of("bot") == "llm.example.org"


@pytest.mark.django_db
def test_a_run_under_way_goes_on_and_a_new_one_is_refused(tmp_path: Path) -> None:
    models_file = tmp_path / "models.toml"
    models_file.write_text(SCRIPTED.read_text("utf-8"))
    run = started_run(models_file=models_file)
    models_file.write_text(models_file.read_text("utf-8").replace("max_n = 5", "max_m = 5", 1))
    work_off(run, make_worker(models_file=models_file))
    assert run.state == "finished"
    with pytest.raises(RequestError, match=r"line \d+: there is no setting 'responder\.coherence\.max_m'"):
        request_run(make_study("other"), models_file=models_file)


def test_a_file_that_is_not_there_does_not_take_the_place_of_one_that_is(tmp_path: Path) -> None:
    models_file, weights = tmp_path / "models.toml", tmp_path / "m.gguf"
    weights.touch()
    models_file.write_text('[models.m]\nbackend = "llama_cpp"\nfile = "m.gguf"')
    read_models_in_force(models_file)
    models_file.write_text('[models.m]\nbackend = "llama_cpp"\nfile = "n.gguf"')
    assert [read_models_in_force(models_file).all["m"].file for _ in range(2)] == [weights, weights]
    with pytest.raises(ModelMisconfigured, match=r"n\.gguf of model 'm' cannot be read"):
        find_well_described(models_file, "m")
