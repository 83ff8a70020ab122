"""A study's first page: who may enrol, and what others read."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.models import Participant
from tests.collection.factories import make_open_study
from tests.enrolment.visits import agree
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


def test_a_provider_added_while_the_page_is_open_must_be_shown_before_consent(
    settings: Settings, tmp_path: Path
) -> None:
    make_open_study()
    client = Client()
    agreement = client.get("/s/demo/").context["agreement"]
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(REMOTE.format(more=""))
    page = client.post("/s/demo/consent/", {"agreement": agreement})
    assert page.status_code == 422
    assert "Please read it again, then agree." in page.text
    assert "<strong>OpenAI</strong>" in page.text
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("recruitment", "sentence"),
    [
        ({"is_open": False}, "This study is closed"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "This study is not open yet"),
        ({"closes_at": timezone.now()}, "This study has ended"),
        ({"seats": 0}, "No places left"),
    ],
)
def test_a_study_that_accepts_no_one_says_why_on_its_first_page_and_to_a_late_form(
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
    study = make_open_study(seats=0)
    study.outcomes.create(kind="full", text="No more *bears*.", code="FULL1", redirect_url="https://example.org/full")
    page = Client().get("/s/demo/").text
    assert "No more <em>bears</em>." in page
    assert 'value="FULL1"' in page
    assert 'href="https://example.org/full"' in page
