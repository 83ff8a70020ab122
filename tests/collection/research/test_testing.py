"""Researchers try a study as participants do; what they do is stored, marked, and counted nowhere."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils.html import strip_tags

from collection.models import Participant, Recruitment
from studies.models import AuditLine, Dialogue, Persona, Study, SurveyAnswer, Turn
from studies.services import paper_questionnaire
from tests.collection.factories import (
    FEATURES,
    make_answered_turn,
    make_natural_dialogue,
    make_open_study,
    make_participant,
)
from tests.enrolment.visits import agree
from tests.roleplay_site.url_table import address, researchers_routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]
PAGE, DOOR = "/studies/demo/tests/", "/s/demo-test/"
MARK = "your answers and messages are stored, but count nowhere"
TRUST = {"key": "trust", "label": "Trust", "kind": "scale", "low": 1, "high": 5, "placement": "after_all"}


@pytest.fixture
def study() -> Study:
    """Return a study that is open, and has quotas and a survey."""
    study = make_open_study(questionnaire=[*paper_questionnaire(), TRUST])
    Recruitment.objects.update(seats=10, quotas={"gender": {"Female": 5}})
    study.conditions.create(name="warm", instruction="Be warm.")
    study.conditions.create(name="cold", instruction="Be cold.")
    return study


def begin(client: Client) -> Dialogue:
    """Try the study up to the first goal."""
    door = client.post(PAGE, {"action": "try"})["Location"]
    path, query = door.split("?")
    agree(client, f"?{query}", path)
    client.post(f"{path}form/", FEATURES)
    assert client.post(f"{path}start/")["Location"] == f"{path}chat/"
    return Dialogue.objects.get(study__slug=path.split("/")[2], ended_at=None)


def try_everything(client: Client) -> None:
    """Try the study from its first page to its last."""
    running = begin(client)
    for place in ("chat", "questions"):
        make_answered_turn(running, 0, utterance="A zebra?")
        next_page = client.post(f"{DOOR}chat/{running.token}/next/")["Location"]
        assert next_page == f"{DOOR}{place}/"
        running = Dialogue.objects.filter(study__slug="demo-test", ended_at=None).first() or running
    assert client.post(f"{DOOR}questions/", {"page-of": "after_all", "trust": "4"})["Location"] == f"{DOOR}end/"


def seen(client: Client) -> Iterator[tuple[str, int, str]]:
    """Yield the words of every page of the site and of the study, and its files."""
    AuditLine.objects.all().delete()  # pages say when the study was last exported
    for place in (address(route, slug="demo") for route in researchers_routes() if ":token>" not in route):
        if place != PAGE:
            page: Any = client.get(place)
            yield place, page.status_code, "" if page.streaming else strip_tags(page.text)
    for name in ("natural.jsonl", "natural.csv", "answers.csv", "answers-with-free-text.csv", "codebook.csv"):
        yield name, 200, client.get(f"/studies/demo/data/{name}").getvalue().decode()


def test_the_whole_way_is_walked_marked_and_does_not_freeze_the_study(client: Client, study: Study) -> None:
    Recruitment.objects.update(is_open=False)
    study.personas.create(code="P01", source=Persona.Source.LISTED, features=FEATURES)
    assert MARK in client.get(client.post(PAGE, {"action": "try"})["Location"]).text
    try_everything(client)
    assert MARK in client.get(f"{DOOR}end/").text
    page = client.get(PAGE).text
    assert all(words in page for words in ("test-001", "The study as it is now", "finished", "goal 2"))
    study.refresh_from_db()
    assert (study.frozen_at, study.participants.count(), study.dialogues.count()) == (None, 0, 0)
    assert client.get("/studies/demo-test/collecting/")["Location"] == PAGE
    assert client.get("/studies/demo-test/")["Location"] == PAGE
    assert '"persona_id": "test-001"' in client.get("/studies/demo-test/data/natural.jsonl").getvalue().decode()
    assert [persona.code for persona in Persona.objects.filter(study__slug="demo-test")] == ["test-001"]
    simulate = ["simulate", "demo-test", "--inquirer", "asker", "--responder", "answerer"]
    for command in (simulate, ["import_dialogues", __file__, "--study", "demo-test", "--natural"]):
        with pytest.raises(CommandError, match=r"holds only the test participants of 'demo', .* Choose 'demo'\."):
            call_command(*command)


def test_no_page_and_no_file_of_the_study_changes_with_a_test(client: Client, study: Study) -> None:
    make_natural_dialogue(
        make_participant(study, seen_minutes_ago=500, conditions=["warm", "cold"]), ending="next_goal"
    )
    before = list(seen(client))
    try_everything(client)
    for (place, status, known), (_, status_now, now) in zip(before, seen(client), strict=True):
        assert "\n".join(unified_diff(known.splitlines(), now.splitlines(), n=0)) == "", place
        assert status_now == status


def test_only_researchers_who_may_change_studies_come_in(client: Client, study: Study) -> None:
    begin(client)
    link = client.get(f"{DOOR}start/", follow=True).context["personal_link"]
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_study"))
    for user in (None, reader):
        stranger = Client()
        if user:
            stranger.force_login(user)
        stranger.cookies["participant"] = client.cookies["participant"].value
        for place in (DOOR, link, f"{DOOR}chat/", f"{DOOR}preview/"):
            refused = stranger.get(place)
            assert (refused.status_code, "This link is for the study’s researchers" in refused.text) == (403, True)
        assert stranger.post(f"{DOOR}consent/").status_code == 403
        assert "test" not in stranger.get("/s/demo/").text
    assert Participant.objects.count() == 1


def test_a_changed_study_keeps_its_tests_and_is_tried_in_a_new_copy(client: Client, study: Study) -> None:
    begin(client)
    assert client.post(PAGE, {"action": "try"})["Location"] == f"{DOOR}?new"
    study.goals.filter(number=1).update(text="Find a bear.")
    assert "The study before its last change" in client.get(PAGE).text
    assert client.post(PAGE, {"action": "try"})["Location"] == "/s/demo-test-2/?new"
    assert Study.objects.get(slug="demo-test-2").goals.get(number=1).text == "Find a bear."
    Recruitment.objects.filter(study=study).update(seats=3)
    assert client.post(PAGE, {"action": "try"})["Location"] == "/s/demo-test-2/?new", "an unused copy is replaced"
    assert Study.objects.filter(test_of=study).count() == 2


def test_tests_are_deleted_at_once_with_everything_in_them(client: Client, study: Study) -> None:
    real = make_natural_dialogue(make_participant(study))
    try_everything(client)
    page = client.post(PAGE, {"action": "delete"}, follow=True).text
    assert "1 test participant was deleted, with everything they wrote." in page
    assert "Nobody has tried the study yet." in page
    assert [Study.objects.get(), Participant.objects.get(), Dialogue.objects.get()] == [
        study,
        real.persona.participant,
        real,
    ]
    assert (
        Persona.objects.count(),
        SurveyAnswer.objects.count(),
        Turn.objects.filter(utterance="A zebra?").count(),
    ) == (
        1 + study.personas.filter(source="listed").count(),
        0,
        0,
    )
    with connection.cursor() as cursor:
        assert not cursor.execute("SELECT 1 FROM studies_searchtext WHERE words LIKE '%zebra%'").fetchall()
    assert AuditLine.objects.get(verb="deleted").words == "1 test participant"
    assert "There were no test participants" in client.post(PAGE, {"action": "delete"}, follow=True).text


def test_a_study_in_which_nobody_could_chat_cannot_be_tried(client: Client, study: Study) -> None:
    Study.objects.update(chatbot="nothing")
    page = client.post(PAGE, {"action": "try"}, follow=True).text
    assert "The study cannot be tried yet. models.toml has no responder" in page
    assert Study.objects.get() == study
