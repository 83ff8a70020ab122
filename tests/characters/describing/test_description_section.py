"""The section about a character's description on its page."""

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from characters.describing.descriptions import DESCRIPTIONS, request_description
from characters.models import Character, Description
from tests.characters.describing.scripts import KNOWN, Knowing, described, work_off
from tests.factories import make_character, make_staff
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.MODELS_FILE = MODELS_FILE
    client = Client()
    client.force_login(make_staff())
    return client


def nobody() -> Character:
    return make_character(rounds=0, description="", catchphrases=[], described_by="")


def said_by(client, character, **data) -> str:
    """Return the text of the character's page, after posting ``data`` if there is any."""
    if data:
        client.post(f"/characters/{character.token}/description/", data)
    page = client.get(f"/characters/{character.token}/").text
    return " ".join(strip_tags(page.replace("<", " <")).split())


def test_a_model_is_asked_on_the_page_and_the_answers_appear(client) -> None:
    character = nobody()
    assert "No description yet." in said_by(client, character)
    said = said_by(client, character, ask="1", model="answerer")
    assert "answerer describes Coriolanus as soon as a worker is free." in said
    assert "answerer is being asked about Coriolanus: 0 of 8 answers" in said
    work_off(Description.objects.get())
    said = said_by(client, character)
    assert "You are a proud Roman general." in said
    assert "Written by answerer. not audited" in said
    assert "0 of 5 answers accepted" in said
    assert "The Volscians kill him." in said


def test_what_the_answers_cost_is_shown(client) -> None:
    character = nobody()
    described(character)
    assert "They cost" not in said_by(client, character)
    Description.objects.update(cost=0.0123, prices={"currency": "USD"})
    assert "They cost 0.0123 USD." in said_by(client, character)


def test_answers_and_the_character_are_accepted_and_rejected(client) -> None:
    character = nobody()
    job = described(character)
    said_by(client, character, accept=f"{job.token}:0")
    said = said_by(client, character, reject=f"{job.token}:1")
    assert "1 of 5 answers accepted" in said
    assert [step.is_accepted for step in job.steps.all()[:3]] == [True, False, None]
    assert "audit accepted" in said_by(client, character, audit="accepted")
    assert "audit accepted" in client.get("/characters/").text
    said_by(client, character, audit="none")
    assert Character.objects.get().audit == "none"


def test_an_edited_description_says_so_and_the_models_can_be_taken_back(client) -> None:
    character = nobody()
    described(character)
    assert "not in use" not in said_by(client, character)
    Character.objects.update(description="You are a tired general.", audit="accepted")
    said = said_by(client, character)
    assert "Written by answerer and edited." in said
    assert "Description by answerer not in use" in said
    said = said_by(client, character, use=Description.objects.get().token)
    assert "Coriolanus now has the description by answerer. It is not audited." in said
    assert Character.objects.get().description == "You are a proud Roman general."
    assert "edited" not in said_by(client, character)


def test_the_answers_of_each_description_stay_on_the_page(client) -> None:
    character = make_character(rounds=0)
    described(character)
    described(character, Knowing(KNOWN | {"end?": "He dies in bed."}))
    said = said_by(client, character)
    assert said.index("He dies in bed.") < said.index("The Volscians kill him.")
    assert "Written by made-up. not audited" in said


def test_the_section_refreshes_only_if_something_has_changed(client) -> None:
    character = nobody()
    said_by(client, character, ask="1", model="answerer")
    address = f"/characters/{character.token}/description/"
    seen = client.get(address).context["section"].seen
    assert client.get(address, {"seen": seen}).status_code == 204
    Description.objects.get().steps.filter(position=0).update(finished_at="2026-01-01T00:00Z")
    assert "1 of 8 answers" in client.get(address, {"seen": seen}).text


def test_a_job_is_cancelled_and_resumed(client) -> None:
    character = nobody()
    said_by(client, character, ask="1", model="answerer")
    job = Description.objects.get()
    assert "Resume description" in said_by(client, character, cancel=job.token)
    assert "answerer is being asked" in said_by(client, character, start=job.token)


def test_what_a_closed_terminal_left_is_handed_over_to_the_workers(client) -> None:
    character = nobody()
    job = request_description(character, "answerer")
    DESCRIPTIONS.start(job)
    assert "Hand over to workers" in said_by(client, character)
    assert "Hand over to workers" not in said_by(client, character, start=job.token)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"ask": "1", "model": "nobody"}, "There is no model"),
        ({"audit": "maybe"}, "There is no such verdict"),
        ({"accept": "x:0"}, "There is no such description"),
        ({"nothing": "1"}, "There is no such description"),
        ({"accept": "TOKEN:9"}, "There is no such answer"),
        ({"accept": "TOKEN:²"}, "There is no such answer"),
        ({"use": "TOKEN"}, "is not finished"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence_and_changes_nothing(client, data, sentence) -> None:
    character = nobody()
    job = request_description(character, "answerer")
    data = {key: value.replace("TOKEN", job.token) for key, value in data.items()}
    assert sentence in said_by(client, character, **data)
    assert (Character.objects.get().audit, job.steps.exclude(is_accepted=None).count()) == ("none", 0)
