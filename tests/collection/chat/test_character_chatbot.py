"""A study whose chatbot plays a character."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from collection.chat.database import in_database
from collection.models import Recruitment
from collection.participation.goals import begin_goal
from collection.research.opening import open_study
from dialogue.backends.registry import open_model
from dialogue.backends.scripted import Request, ScriptedModel
from dialogue.messages import Message
from dialogue.models_file import find_model
from studies.characters import cast_characters
from studies.models import Dialogue, Study, Turn
from tests.collection.chat.pages import REPLIES, open_page, write_models
from tests.collection.factories import enrol_participant, make_open_study
from tests.collection.research.forms import read_form
from tests.enrolment.people import cookie_of
from tests.factories import make_staff
from tests.simulation.characters import CORIOLANUS, LI_BAI, PAIRS

SAID = ["(a demonstration)"] * len(PAIRS)


def open_with(**fields: str) -> Study:
    """Return an open study with two characters."""
    study = make_open_study(chatbot="bot")
    cast_characters(study, [CORIOLANUS, LI_BAI])
    Study.objects.filter(pk=study.pk).update(**fields)
    study.refresh_from_db()
    return study


@pytest.fixture
def chat(settings: Settings, tmp_path: Path, transactional_db: None) -> Dialogue:
    """Return a dialogue that has just begun with a chatbot that plays Coriolanus."""
    settings.MODELS_FILE = write_models(tmp_path, replies=[*SAID, *REPLIES])
    dialogue = begin_goal(enrol_participant(open_with(chatbot_character="Coriolanus")))
    assert dialogue is not None
    return dialogue


def requests_of(models_file: Path, chat: Dialogue) -> list[Request]:
    model = open_model(find_model(models_file, "bot"))
    assert isinstance(model, ScriptedModel)
    return [request for request in model.requests if request.conversation == f"chat-{chat.token}"]


async def test_the_chatbot_reads_its_pairs_before_the_dialogue_and_its_dialogue_keeps_them(
    chat: Dialogue, settings: Settings
) -> None:
    async with open_page(chat) as page:
        for number, words in enumerate(("What is a bear?", "And a bee?")):
            await page.say(words, key=f"key-0000{number}")
            await page.wait_for("done", state="complete")
    first, second = requests_of(settings.MODELS_FILE, chat)
    system, *said, asked = first.messages
    assert system.content.startswith("You are Coriolanus, your description is:")
    assert Message("assistant", "I would outrun them all.") in said
    assert asked == Message("user", "What is a bear?")
    assert second.messages[: len(first.messages)] == first.messages
    turns = await in_database(lambda: list(Turn.objects.values_list("utterance", "response")))
    assert turns == list(zip(("What is a bear?", "And a bee?"), REPLIES, strict=True))
    assert chat.responder["character"]["name"] == "Coriolanus"
    assert sorted(chat.responder["character"]["pairs"]) == [0, 1, 2]
    assert chat.persona_sentence != "Coriolanus"


def test_the_participants_page_does_not_name_the_character(chat: Dialogue) -> None:
    page = Client(headers={"cookie": cookie_of(chat.persona.participant)}).get(f"/s/{chat.study.slug}/chat/")
    assert chat.goal.text[:20] in page.text
    assert "Coriolanus" not in page.text


@pytest.mark.django_db
def test_a_study_opens_when_its_chatbot_answers_as_the_character(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_FILE = write_models(tmp_path, replies=[*SAID, "I am Coriolanus."])
    study = open_with(chatbot_character="Coriolanus")
    open_study(study, patience=30)
    assert study.recruitment.is_open


@pytest.mark.django_db
def test_the_form_offers_the_studys_characters_until_it_is_frozen(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_FILE = write_models(tmp_path, replies=[*SAID, *REPLIES])
    study, client = open_with(), Client()
    client.force_login(make_staff())
    address = f"/studies/{study.slug}/edit/chatbots/"
    form = read_form(client.get(address).text)
    assert form["chatbot_character"] == ""
    assert client.post(address, form | {"chatbot_character": "Hamlet"}).status_code == 422
    assert client.post(address, form | {"chatbot_character": "李白"}).status_code == 302
    study.refresh_from_db()
    assert study.chatbot_character == "李白"
    assert not study.recruitment.is_open, "the chatbot has not been tested as another character"
    Recruitment.objects.update(is_open=True)
    begin_goal(enrol_participant(study))
    client.post(address, form | {"chatbot_character": "Coriolanus"})
    study.refresh_from_db()
    assert study.chatbot_character == "李白"
    assert "as 李白" in client.get(address).text
