"""At the study's door: who is let in, and what those read who are not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.models import Participant
from enrolment import rate_limits
from enrolment.invitations import read_invitation
from tests.collection.factories import make_open_study
from tests.enrolment.visits import agree, wait_for_room_in_the_minute
from tests.factories import make_study

pytestmark = pytest.mark.django_db
REMOTE = """
[models.tiny]
label = "answers only politely"
backend = "openai"
model = "gpt-4"
{more}
[models.tiny.responder]
prompts = "llama-2-responder"
coherence = {{ max_n = 5 }}
"""


def test_the_welcome_page_shows_the_studys_texts_as_text() -> None:
    make_open_study(welcome="Talk about **bears**.", consent="- You agree. <script>", consent_version="7b")
    page = Client().get("/s/demo/").text
    assert "Talk about <strong>bears</strong>." in page
    assert "<li>You agree. &lt;script&gt;</li>" in page
    assert "version 7b" in page


@pytest.mark.parametrize(
    ("more", "provider"),
    [
        ("", "OpenAI"),
        ('base_url = "https://chat.example.org:8443/v1"', "chat.example.org"),
        ('api = "azure"\nbase_url = "https://ours.openai.azure.com"', "Microsoft Azure (ours.openai.azure.com)"),
    ],
)
def test_a_chatbot_behind_an_api_is_named_and_that_is_stored(
    settings: Settings, tmp_path: Path, more: str, provider: str
) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(REMOTE.format(more=more))
    make_open_study()
    client = Client()
    page = client.get("/s/demo/").text
    assert f"<strong>{provider}</strong>" in page
    assert "answers only politely" in page
    agree(client)
    assert Participant.objects.get().consent_provider == provider


def test_a_provider_that_appears_while_the_page_is_open_must_be_read_first(settings: Settings, tmp_path: Path) -> None:
    make_open_study()
    client = Client()
    agreement = client.get("/s/demo/").context["agreement"]
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(REMOTE.format(more=""))
    page = client.post("/s/demo/consent/", {"agreement": agreement})
    assert page.status_code == 422
    assert "Please read this page again" in page.text
    assert "<strong>OpenAI</strong>" in page.text
    assert not Participant.objects.exists()


@pytest.mark.parametrize("agreement", ["", "forged", "eyJ0b2tlbiI6ICJ4In0:1w:abc"])
def test_nobody_enrols_without_the_form_that_says_what_they_agree_to(agreement: str) -> None:
    make_open_study()
    page = Client().post("/s/demo/consent/", {"agreement": agreement})
    assert page.status_code == 422
    assert not Participant.objects.exists()


def test_another_studys_form_enrols_nobody() -> None:
    make_open_study()
    agreement = Client().get("/s/demo/").context["agreement"]
    make_open_study("other")
    assert Client().post("/s/other/consent/", {"agreement": agreement}).status_code == 422
    assert not Participant.objects.exists()


def test_a_form_sent_twice_enrols_once() -> None:
    make_open_study()
    page = Client().get("/s/demo/")
    answers = [Client().post("/s/demo/consent/", {"agreement": page.context["agreement"]}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == ["/s/demo/form/", "/s/demo/form/"]
    assert Participant.objects.count() == 1


def test_an_unknown_study_is_a_page_without_a_way_to_the_staff() -> None:
    page = Client().get("/s/nowhere/")
    assert page.status_code == 404
    assert "There is no study at this address" in page.text
    assert "Log in" not in page.text
    assert 'href="/"' not in page.text


def test_an_address_below_a_study_that_leads_nowhere_shows_the_way_back() -> None:
    make_open_study()
    page = Client().get("/s/demo/no/such/page/")
    assert page.status_code == 404
    assert 'href="/s/demo/"' in page.text


@pytest.mark.parametrize(
    ("recruitment", "sentence"),
    [
        ({"is_open": False}, "This study is closed"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "This study is not open yet"),
        ({"closes_at": timezone.now()}, "This study is over"),
        ({"places": 0}, "There is no place left"),
    ],
)
def test_a_study_that_takes_nobody_says_why_at_the_door_and_to_a_form_that_comes_too_late(
    recruitment: dict[str, Any], sentence: str
) -> None:
    study = make_open_study()
    client = Client()
    agreement = client.get("/s/demo/").context["agreement"]
    for name, value in recruitment.items():
        setattr(study.recruitment, name, value)
    study.recruitment.save()
    for page in (client.get("/s/demo/"), client.post("/s/demo/consent/", {"agreement": agreement})):
        assert page.status_code == 403
        assert sentence in page.text
    assert not Participant.objects.exists()


def test_a_study_that_never_recruited_is_closed() -> None:
    make_study()
    assert "This study is closed" in Client().get("/s/demo/").text


def test_a_full_study_gives_the_platform_its_code_and_way_back() -> None:
    study = make_open_study(places=0)
    study.outcomes.create(kind="full", text="No more *bears*.", code="FULL1", redirect_url="https://example.org/full")
    page = Client().get("/s/demo/").text
    assert "No more <em>bears</em>." in page
    assert 'value="FULL1"' in page
    assert 'href="https://example.org/full"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?PROLIFIC_PID=" + "x" * 201, "has more than 200 characters"),
        ("?PROLIFIC_PID=a%00b", "was not filled in"),
        ("?PROLIFIC_PID=a%0Ab", "was not filled in"),
        ("?PROLIFIC_PID={{%25PROLIFIC_PID%25}}", "was not filled in"),
        ("?SESSION_ID=" + "x" * 201, "“SESSION_ID” in this link has more than 200 characters"),
    ],
)
def test_a_broken_link_is_said_to_be_broken_and_enrols_nobody(query: str, sentence: str) -> None:
    make_open_study()
    for page in (Client().get(f"/s/demo/{query}"), Client().post(f"/s/demo/consent/{query}")):
        assert page.status_code == 400
        assert sentence in page.text
    assert not Participant.objects.exists()


@pytest.mark.parametrize("written", ["a-1%E2%80%8B", "a%E2%80%911", "%EF%BB%BFa-1", "a%C2%AD-1"])
def test_an_external_id_is_read_as_it_looks(written: str) -> None:
    assert read_invitation("PROLIFIC_PID", QueryDict(f"PROLIFIC_PID={written}").dict()).external_id == "a-1"


def test_an_external_id_that_is_blank_is_none() -> None:
    make_open_study()
    for client in (Client(), Client()):
        agree(client, "?PROLIFIC_PID=%20")
    assert Participant.objects.filter(external_id="").count() == 2


def test_a_study_names_the_parameter_of_its_platform() -> None:
    make_open_study(external_id_parameter="worker")
    agree(Client(), "?worker=w7&PROLIFIC_PID=5f3a")
    participant = Participant.objects.get()
    assert (participant.external_id, participant.parameters) == ("w7", {})


def test_a_script_cannot_take_all_places() -> None:
    make_open_study()
    wait_for_room_in_the_minute()
    statuses = [agree(Client()).status_code for _ in range(rate_limits.PER_MINUTE + 1)]
    assert statuses == [302] * rate_limits.PER_MINUTE + [429]
    assert Participant.objects.count() == rate_limits.PER_MINUTE
    page = Client().get("/s/demo/")
    blocked = Client().post("/s/demo/consent/", {"agreement": page.context["agreement"]})
    assert "Please wait a minute" in blocked.text
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert agree(elsewhere).status_code == 302


def test_an_ipv6_network_is_one_address() -> None:
    noon = 12 * 3600.0
    assert not any(
        rate_limits.is_too_fast(f"2001:db8:1:2::{number:x}", noon) for number in range(rate_limits.PER_MINUTE)
    )
    assert rate_limits.is_too_fast("2001:db8:1:2:ffff::1", noon)
    assert not rate_limits.is_too_fast("2001:db8:1:3::1", noon)


def test_a_browser_without_cookies_reads_what_is_wrong_and_enrols_nobody() -> None:
    make_open_study()
    page = Client(enforce_csrf_checks=True).post("/s/demo/consent/", {"agreement": "x"})
    assert page.status_code == 403
    assert "only if that accepts cookies" in page.text
    assert 'href="/s/demo/"' in page.text


def test_staff_whose_form_has_expired_are_still_led_to_their_own_pages() -> None:
    page = Client(enforce_csrf_checks=True).post("/login/")
    assert page.status_code == 403
    assert "This form has expired" in page.text
