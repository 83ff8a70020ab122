"""Researchers who follow a study's link may preview its pages without taking part."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from collection.models import Participant, Recruitment
from studies.models import Persona, Study
from studies.services import paper_questionnaire
from tests.collection.factories import FEATURES, make_open_study
from tests.factories import make_staff, make_study

pytestmark = pytest.mark.django_db
BANNER = "Preview: nothing is stored."


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def study() -> Study:
    """Return a study that has not been opened."""
    study = make_study(persona_count=0)
    Study.objects.update(questionnaire=paper_questionnaire(), welcome="Talk about **bears**.")
    study.refresh_from_db()
    return study


def assert_nothing_is_stored() -> None:
    assert not Participant.objects.exists()
    assert not Persona.objects.exists()
    assert Study.objects.get().frozen_at is None


def test_the_link_of_an_unopened_study_shows_its_pages_to_its_researchers(client: Client, study: Study) -> None:
    page: Any = client.get("/s/demo/", follow=True)
    assert BANNER in page.text
    assert "Talk about <strong>bears</strong>." in page.text
    assert 'action="/s/demo/preview/form/"' in page.text
    assert 'method="post"' not in page.text
    form = client.get("/s/demo/preview/form/").text
    assert BANNER in form
    assert "Please choose" in form
    told = client.post("/s/demo/preview/form/", FEATURES, follow=True).text
    assert BANNER in told
    assert "The preview ends here." in told
    assert "participant" not in client.cookies
    assert_nothing_is_stored()


def test_the_form_of_a_preview_says_what_is_missing_and_whom_it_screens_out(client: Client, study: Study) -> None:
    missing: Any = client.post("/s/demo/preview/form/", FEATURES | {"age": ""})
    assert (missing.status_code, BANNER in missing.text) == (422, True)
    questions = paper_questionnaire()
    questions[0]["screened_out"] = [FEATURES["age"]]
    Study.objects.update(questionnaire=questions)
    ended = client.post("/s/demo/preview/form/", FEATURES).text
    assert "End of the study" in ended
    assert BANNER in ended
    assert_nothing_is_stored()


@pytest.mark.parametrize("kind", ["nobody", "no staff", "no right"])
def test_nobody_else_sees_a_preview(study: Study, kind: str) -> None:
    stranger = Client()
    if kind != "nobody":
        stranger.force_login(User.objects.create_user("somebody", is_staff=kind == "no right"))
    for address in ("", "preview/", "preview/form/", "preview/start/"):
        page: Any = stranger.get(f"/s/demo/{address}", follow=True)
        assert (page.status_code, "This study is closed" in page.text, BANNER in page.text) == (403, True, False)


def test_a_researcher_at_the_door_of_an_open_study_may_do_either(client: Client) -> None:
    make_open_study()
    page = client.get("/s/demo/").text
    assert "I agree to take part" in page
    assert "you become a participant in this study" in page
    assert 'href="/s/demo/preview/"' in page
    assert BANNER in client.get("/s/demo/preview/").text
    assert "logged in as a researcher" not in Client().get("/s/demo/").text
    assert_nothing_is_stored()


def test_a_closed_study_is_still_closed_to_a_researcher_who_agrees(client: Client, study: Study) -> None:
    Recruitment.objects.create(study=study)
    client.post("/s/demo/consent/", {"agreement": "x"})
    assert_nothing_is_stored()
