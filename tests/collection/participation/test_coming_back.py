"""Coming back: by the browser's cookie, by the personal link, by an external id, which proves nothing."""

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
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
from tests.enrolment.people import personal_token
from tests.enrolment.visits import agree
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


def test_another_browser_with_a_known_external_id_consents_and_answers_for_itself() -> None:
    study = make_open_study()
    dialogue = make_natural_dialogue(enrol_participant(study, external_id="5f3a"), turns=1)
    client = Client()
    page = client.get("/s/demo/?PROLIFIC_PID=5f3a").text
    assert "This link has been opened in another browser" in page
    assert "What you agree to" in page
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


def test_nobody_reads_the_code_by_an_external_id_alone() -> None:
    study = make_open_study(places=1)
    study.outcomes.create(kind="completed", code="C0FFEE", redirect_url="https://example.org/done?cc=C0FFEE")
    participant = enrol_participant(study, external_id="5f3a")
    Participant.objects.update(state=Participant.State.FINISHED, ended_at=timezone.now())
    client = Client()
    assert "completed this study with the ID in your link" in client.get("/s/demo/?PROLIFIC_PID=5f3a").text
    page = agree(client, "?PROLIFIC_PID=5f3a")
    assert page.status_code == 403
    assert "You have already taken part" in page.text
    assert "participant" not in client.cookies
    assert "C0FFEE" not in client.get("/s/demo/end/", follow=True).text
    assert "C0FFEE" in client.get(f"/s/demo/p/{personal_token(participant)}/", follow=True).text
    participant.refresh_from_db()
    assert participant.refused_returns == 1


def test_a_cookie_of_an_older_version_that_proved_nothing_names_nobody() -> None:
    participant = enrol_participant()
    payload = {"participant": participant.token, "since": timezone.now().isoformat()}
    client = Client()
    client.cookies["participant"] = signing.dumps(payload, salt="collection.participant.cookie")
    assert client.get("/s/demo/form/")["Location"] == "/s/demo/"
    client.cookies["participant"] = signing.dumps(payload | {"since": ""}, salt="collection.participant.cookie")
    assert client.get("/s/demo/form/")["Location"] == "/s/demo/start/"


def test_the_personal_link_brings_another_browser_to_the_same_place() -> None:
    make_open_study()
    own, other = Client(), Client()
    agree(own, "?PROLIFIC_PID=5f3a")
    link = own.get("/s/demo/form/").context["personal_link"]
    assert other.get(link)["Location"] == "/s/demo/form/"
    assert other.get("/s/demo/data/").json()["external_id"] == "5f3a"
    assert Participant.objects.count() == 1


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
