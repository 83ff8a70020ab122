"""Coming back: by the browser's cookie, by the personal link, by an external id, which proves nothing."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.models import Participant
from collection.participation.credentials import personal_token
from collection.participation.goals import begin_goal
from tests.collection.factories import (
    FEATURES,
    enrol_participant,
    make_answered_turn,
    make_natural_dialogue,
    make_open_study,
)
from tests.collection.participation.visits import agree
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db


def test_the_cookie_goes_to_this_studys_pages_only_and_no_script_reads_it() -> None:
    make_open_study()
    cookie = agree(Client()).cookies["participant"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/s/demo/", True, "Lax")


def test_the_cookie_of_a_public_site_travels_encrypted_only(settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    make_open_study()
    assert agree(Client()).cookies["participant"]["secure"] is True


@pytest.mark.parametrize("cookie", ["forged", "eyJ4IjoxfQ:1w:abc", ""])
def test_a_forged_cookie_names_nobody(cookie: str) -> None:
    make_open_study()
    client = Client()
    agree(client)
    client.cookies["participant"] = cookie
    assert client.get("/s/demo/form/")["Location"] == "/s/demo/"


def test_whom_the_browser_knows_continues_where_they_were() -> None:
    make_open_study()
    client = Client()
    agree(client)
    page = client.get("/s/demo/").text
    assert "Welcome back" in page
    assert 'href="/s/demo/form/"' in page
    assert client.post("/s/demo/consent/")["Location"] == "/s/demo/form/"
    assert Participant.objects.count() == 1


def test_a_link_that_names_somebody_else_is_theirs_though_the_browser_knows_another() -> None:
    make_open_study()
    client = Client()
    agree(client, "?PROLIFIC_PID=anna")
    assert agree(client, "?PROLIFIC_PID=bert")["Location"] == "/s/demo/form/"
    assert sorted(Participant.objects.values_list("external_id", flat=True)) == ["anna", "bert"]


def test_somebody_else_on_the_same_device_can_take_part() -> None:
    make_open_study()
    client = Client()
    agree(client)
    assert '<a href="/s/demo/?new">' in client.get("/s/demo/").text
    assert agree(client, "?new")["Location"] == "/s/demo/form/"
    assert Participant.objects.count() == 2


def test_a_known_external_id_goes_on_but_gets_no_personal_link_no_data_and_cannot_withdraw() -> None:
    study = make_open_study()
    dialogue = make_natural_dialogue(enrol_participant(study, external_id="5f3a"))
    client = Client()
    assert "Go on with the next goal" in client.get("/s/demo/?PROLIFIC_PID=5f3a").text
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == "/s/demo/start/"
    dialogue.refresh_from_db()
    assert dialogue.ending == "left"
    assert "/s/demo/p/" not in client.get("/s/demo/start/").text
    for address in ("data/", "withdraw/"):
        page = client.get(f"/s/demo/{address}")
        assert page.status_code == 403
        assert "Please use your personal link" in page.text
    client.post("/s/demo/withdraw/")
    assert Participant.objects.get().state == Participant.State.ACTIVE


def test_a_known_external_id_does_not_show_what_the_participant_writes_afterwards(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study = make_open_study(goal_count=3)
    participant = enrol_participant(study, external_id="5f3a")
    client = Client()
    agree(client, "?PROLIFIC_PID=5f3a")
    own = begin_goal(participant)
    assert own is not None
    make_answered_turn(own, 0, utterance="This is for the chatbot alone.")
    assert client.get("/s/demo/chat/")["Location"] == "/s/demo/start/"
    assert client.get(f"/s/demo/chat/{own.token}/turns/0/").status_code == 404
    client.post(f"/s/demo/chat/{own.token}/next/")
    own.refresh_from_db()
    assert own.ended_at is None


def test_a_known_external_id_begins_goals_of_its_own_and_finds_them_again(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study = make_open_study(goal_count=3, min_turns=0)
    begin_goal(enrol_participant(study, external_id="5f3a"))
    client = Client()
    agree(client, "?PROLIFIC_PID=5f3a")
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/chat/"
    second = study.dialogues.get(goal__number=2)
    assert second.token in client.get("/s/demo/chat/").text
    assert client.post(f"/s/demo/chat/{second.token}/next/")["Location"] == "/s/demo/chat/"
    assert "Goal 3 of 3" in client.get("/s/demo/chat/").text
    assert study.dialogues.filter(ended_at=None).count() == 1


def test_who_has_finished_and_is_known_by_an_external_id_alone_sees_how_it_ended() -> None:
    study = make_open_study(places=1)
    study.outcomes.create(kind="completed", code="C0FFEE")
    enrol_participant(study, external_id="5f3a")
    Participant.objects.update(state=Participant.State.FINISHED, ended_at=timezone.now())
    client = Client()
    assert "You have taken part in this study already" in client.get("/s/demo/?PROLIFIC_PID=5f3a").text
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == "/s/demo/end/"
    assert "C0FFEE" in client.get("/s/demo/end/").text


def test_the_personal_link_opens_everything_again_to_whom_an_external_id_had_let_in() -> None:
    make_open_study()
    own, other = Client(), Client()
    agree(own, "?PROLIFIC_PID=5f3a")
    link = own.get("/s/demo/form/").context["personal_link"]
    agree(other, "?PROLIFIC_PID=5f3a")
    assert other.get("/s/demo/data/").status_code == 403
    answer = other.get(link)
    assert (answer["Location"], answer["Referrer-Policy"]) == ("/s/demo/form/", "no-referrer")
    assert other.get("/s/demo/data/").json()["external_id"] == "5f3a"


def test_a_personal_link_asks_before_it_takes_a_browser_from_somebody_else() -> None:
    study = make_open_study()
    client = Client()
    agree(client)
    own = client.cookies["participant"].value
    other = enrol_participant(study)
    link = f"/s/demo/p/{personal_token(other)}/"
    page = client.get(link)
    assert "Is this your link?" in page.text
    assert client.cookies["participant"].value == own
    agreed = f"{link}?change={page.context['change']}"
    assert f'href="?change={page.context["change"]}"' in page.text
    assert client.get(agreed)["Location"] == "/s/demo/start/"
    assert client.get(link)["Location"] == "/s/demo/start/"
    assert client.get("/s/demo/data/").json()["answers"] == FEATURES


def test_nobody_can_prepare_a_link_that_does_not_ask() -> None:
    """What agrees to the change is signed for one browser: it is worth nothing in another person's."""
    study = make_open_study()
    strangers, own = Client(), Client()
    agree(strangers)
    agree(own)
    link = f"/s/demo/p/{personal_token(enrol_participant(study))}/"
    change = strangers.get(link).context["change"]
    for address in (f"{link}?change={change}", f"{link}?change=", link):
        assert "Is this your link?" in own.get(address).text


@pytest.mark.parametrize("token", ["forged", "eyJ4IjoxfQ:1w:abc"])
def test_a_forged_personal_link_is_said_to_be_one_that_does_not_work(token: str) -> None:
    make_open_study()
    page = Client().get(f"/s/demo/p/{token}/")
    assert page.status_code == 404
    assert "This personal link does not work" in page.text
    assert "participant" not in page.cookies


def test_a_personal_link_is_good_for_ninety_days(monkeypatch: pytest.MonkeyPatch) -> None:
    make_open_study()
    client = Client()
    agree(client)
    link = client.get("/s/demo/").context["personal_link"]
    later = timezone.now().timestamp() + 91 * 24 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert Client().get(link).status_code == 404


def test_another_studys_personal_link_names_nobody_here() -> None:
    make_open_study()
    make_open_study("other")
    client = Client()
    agree(client)
    link = client.get("/s/demo/").context["personal_link"]
    assert Client().get(link.replace("/s/demo/", "/s/other/")).status_code == 404
