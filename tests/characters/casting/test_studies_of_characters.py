"""Characters come into studies as copies, by command and by page."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.html import strip_tags

from characters.profiles import description_of, pairs_of
from studies.models import Persona, Study
from studies.services import freeze_study
from tests.factories import make_character, make_staff, make_study

pytestmark = pytest.mark.django_db


def cast(*names: str) -> str:
    out = StringIO()
    call_command("characters", "cast", *names, "--study", "demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def page_of(client: Client, token: str) -> str:
    return " ".join(strip_tags(client.get(f"/characters/{token}/").text.replace("<", " <")).split())


def test_the_command_copies_description_catchphrases_and_pairs() -> None:
    character, study = make_character(audit="accepted"), make_study()
    assert "Coriolanus is persona 'Coriolanus' of study 'demo'." in cast("Coriolanus")
    sheet = study.character_sheets.get()
    assert sheet.description == description_of(character)
    assert sheet.catchphrases == character.catchphrases
    assert [(pair.question, pair.answer) for pair in sheet.demonstrations] == [
        (pair.question, pair.answer) for pair in pairs_of(character)
    ]
    assert sheet.is_audited
    assert study.personas.get(source=Persona.Source.CHARACTER).character == sheet


def test_the_audit_trail_says_who_brought_which_character(client: Client) -> None:
    character, study = make_character(), make_study()
    cast("Coriolanus")
    client.post(f"/characters/{character.token}/cast/", {"study": "demo"})
    lines = [str(line) for line in study.audit_lines.order_by("pk")]
    assert lines == [
        "A command added the character Coriolanus",
        "researcher changed the character Coriolanus, a new copy",
    ]


def test_the_study_says_of_each_character_whether_it_was_audited(client: Client) -> None:
    make_character(audit="accepted")
    make_character("Menenius", audit="rejected")
    make_study()
    cast("Coriolanus", "Menenius")
    page = " ".join(strip_tags(client.get("/studies/demo/personas/").text.replace("<", " <")).split())
    assert page.count("not audited when copied") == 1
    assert "a character of RoleLLM not audited when copied" in page[page.index("Menenius. ") :]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["Hamlet"], "There is no character 'Hamlet'"),
        (["Coriolanus", "Nobody"], "Nobody has no description, so no model can play it"),
    ],
)
def test_the_command_brings_all_or_none(names: list[str], sentence: str) -> None:
    make_character()
    make_character("Nobody", rounds=0, description="", catchphrases=[])
    study = make_study()
    with pytest.raises(CommandError) as caught:
        cast(*names)
    assert str(caught.value).startswith(sentence)
    assert caught.value.returncode == 2
    assert not study.character_sheets.exists()


def test_a_frozen_study_takes_no_character() -> None:
    make_character()
    freeze_study(make_study())
    with pytest.raises(CommandError, match=r"frozen because it has participants or a run\. Copy it to change it\."):
        cast("Coriolanus")


def test_the_page_brings_the_character_into_a_study_and_says_when_the_copy_is_old(client: Client) -> None:
    character = make_character()
    study = make_study()
    assert "No study uses Coriolanus yet." in page_of(client, character.token)
    response = client.post(f"/characters/{character.token}/cast/", {"study": "demo"}, follow=True)
    assert "Coriolanus is now a persona of" in response.text
    assert study.personas.filter(code="Coriolanus").exists()
    assert "has an earlier copy" not in page_of(client, character.token)
    character.description = "You are proud."
    character.save()
    assert "has an earlier copy" in page_of(client, character.token)
    freeze_study(study)
    said = page_of(client, character.token)
    assert "has an earlier copy, and is frozen" in said
    assert "Copy a study, and add Coriolanus to the copy." in said
    client.post(f"/characters/{character.token}/cast/", {"study": "demo"})
    assert study.character_sheets.get().description != "You are proud."


def test_the_page_says_what_a_character_without_a_description_lacks(client: Client) -> None:
    make_study()
    character = make_character("Nobody", rounds=0, description="", catchphrases=[])
    assert "Nobody has no description" in page_of(client, character.token)
    client.post(f"/characters/{character.token}/cast/", {"study": "demo"})
    assert not Study.objects.get().character_sheets.exists()
