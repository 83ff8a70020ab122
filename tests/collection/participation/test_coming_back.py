"""Returning by the browser's cookie, by the personal link, or by an external ID, which proves nothing."""

import pytest
from django.test import Client
from pytest_django import Settings

from collection.models import Participant
from collection.participation.goals import begin_goal, go_on, progress_of
from studies.models import Dialogue
from tests.collection.factories import (
    FEATURES,
    enrol_participant,
    make_answered_turn,
    make_natural_dialogue,
    make_open_study,
)
from tests.enrolment.visits import agree
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db


def test_another_browser_with_a_known_external_id_consents_and_answers_for_itself() -> None:
    study = make_open_study()
    dialogue = make_natural_dialogue(enrol_participant(study, external_id="5f3a"), turns=1)
    client = Client()
    page = client.get("/s/demo/?PROLIFIC_PID=5f3a").text
    assert "This link has been opened in another browser" in page
    assert "I agree to take part" in page
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == "/s/demo/form/"
    assert client.post("/s/demo/form/", FEATURES | {"gender": "Male"})["Location"] == "/s/demo/start/"
    assert client.get(f"/s/demo/chat/{dialogue.token}/turns/0/").status_code == 404
    assert client.get("/s/demo/data/").json()["dialogues"] == []
    dialogue.refresh_from_db()
    assert dialogue.ended_at is None
    first, second = Participant.objects.order_by("pk")
    assert first.persona and second.persona
    assert [one.persona.features["gender"] for one in (first, second) if one.persona] == ["Female", "Male"]


def test_withdrawing_in_another_browser_takes_nothing_from_the_first(settings: Settings) -> None:
    study = make_open_study()
    first = enrol_participant(study, external_id="5f3a")
    client = Client()
    agree(client, "?PROLIFIC_PID=5f3a")
    client.post("/s/demo/withdraw/")
    assert [one.state for one in Participant.objects.order_by("pk")] == ["active", "withdrawn"]
    first.refresh_from_db()
    assert (first.external_id, first.persona is not None) == ("5f3a", True)


def test_another_browser_ends_nothing_and_uses_up_no_goal(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study = make_open_study(goal_count=3)
    participant = enrol_participant(study, external_id="5f3a")
    own = begin_goal(participant)
    assert own is not None
    client = Client()
    agree(client, "?PROLIFIC_PID=5f3a")
    client.post("/s/demo/form/", FEATURES)
    client.post("/s/demo/start/")
    assert client.post(f"/s/demo/chat/{own.token}/next/")["Location"] == "/s/demo/chat/"
    for _ in range(3):
        begun = Dialogue.objects.get(kind="natural", persona__participant__pk__gt=participant.pk, ended_at=None)
        make_answered_turn(begun, 0)
        client.post(f"/s/demo/chat/{begun.token}/next/")
    assert Participant.objects.get(pk__gt=participant.pk).state == Participant.State.FINISHED
    own.refresh_from_db()
    participant.refresh_from_db()
    assert (own.ended_at, participant.state) == (None, Participant.State.ACTIVE)
    make_answered_turn(own, 0)
    following = go_on(own)
    assert following is not None
    assert (following.goal.number, progress_of(following).total) == (2, 3)
