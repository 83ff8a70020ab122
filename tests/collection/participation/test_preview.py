"""Researchers who follow a study's link may preview its pages without taking part."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from collection.models import Participant, Recruitment
from studies.models import Persona, Study, SurveyAnswer
from studies.services import paper_questionnaire
from tests.collection.factories import FEATURES, make_open_study
from tests.collection.participation.test_surveys import FLUENT, MOOD, TRUST, WHY
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
    assert 'href="/s/demo/preview/form/"' in page.text
    assert 'method="post"' not in page.text
    form = client.get("/s/demo/preview/form/").text
    assert BANNER in form
    assert "Please choose" in form
    told = client.post("/s/demo/preview/form/", FEATURES, follow=True).text
    assert BANNER in told
    assert 'href="/s/demo/preview/chat/"' in told
    chat = client.get("/s/demo/preview/chat/").text
    assert (BANNER in chat, "Goal 1 of 2" in chat, study.goals.all()[0].text in chat) == (True, True, True)
    assert "Example: the chatbot’s replies appear here." in chat
    assert re.search(r"<textarea[^>]* disabled", chat)
    assert 'href="/s/demo/preview/end/"' in chat
    ended = client.get("/s/demo/preview/end/").text
    assert (BANNER in ended, "Done!" in ended) == (True, True)
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
    assert "This study is closed" in stranger.get("/s/demo/").text
    for address in ("preview/", "preview/form/", "preview/start/", "preview/chat/", "preview/after_all/"):
        page: Any = stranger.get(f"/s/demo/{address}")
        assert (page.status_code, BANNER in page.text) == (403, False)
        assert "Only the study’s researchers can open it." in page.text
        assert 'href="/s/demo/"' in page.text


def test_every_page_of_questions_is_previewed_with_those_that_earlier_answers_lead_to(
    client: Client, study: Study
) -> None:
    Study.objects.update(questionnaire=[*paper_questionnaire(), MOOD, WHY, TRUST, FLUENT])
    before = client.post("/s/demo/preview/form/", FEATURES, follow=True)
    assert "Before you begin" in before.text
    here = f"{before.request['PATH_INFO']}?{before.request['QUERY_STRING']}"
    start = client.post(here, {"page-of": "before", "mood": "good"})
    chat = client.get(start["Location"]).context["on"]
    assert chat.startswith("/s/demo/preview/chat/?earlier=")
    on = client.get(chat).context["on"]
    assert on.startswith("/s/demo/preview/after_goal/?earlier=")
    about = client.get(on)
    assert (BANNER in about.text, study.goals.all()[0].text in about.text) == (True, True)
    missing: Any = client.post(on, {"page-of": "after_goal-1"})
    assert (missing.status_code, "Choose" in missing.text) == (422, True)
    last = client.post(on, {"page-of": "after_goal-1", "trust": "4"})["Location"]
    assert "Fluent?" in client.get(last).text
    assert client.post(last, {"page-of": "after_all", "fluent": "Yes"})["Location"].startswith("/s/demo/preview/end/")
    Study.objects.update(questionnaire=[*paper_questionnaire(), FLUENT])
    native = client.post("/s/demo/preview/form/", FEATURES | {"native_english": "Yes"}, follow=True)
    on = client.get(native.context["on"]).context["on"]
    assert on.startswith("/s/demo/preview/end/"), "nobody is asked whether a native speaker is fluent"
    assert_nothing_is_stored()
    assert not SurveyAnswer.objects.exists()


def test_each_condition_has_its_preview(client: Client, study: Study) -> None:
    study.conditions.create(name="warm & brief", instruction="Be **warm**.")
    study.conditions.create(name="cold", instruction="Be cold.", goals=[2])
    page: Any = client.get("/s/demo/preview/")
    assert "Condition <strong>warm &amp; brief</strong>; preview" in page.text
    assert 'href="/s/demo/preview/?condition=cold"' in page.text
    told = client.post(page.context["on"], FEATURES, follow=True).text
    assert "Be <strong>warm</strong>." in told
    assert "You will get 2 goals" in told
    told = client.get("/s/demo/preview/start/?condition=cold&earlier=forged").text
    assert "Be cold." in told
    assert "You will get 1 goal." in told
    chat = client.get("/s/demo/preview/chat/?condition=cold").text
    assert (study.goals.get(number=2).text in chat, "Be cold." in chat, "Finish" in chat) == (True, True, True)
    study.goals.all().delete()
    assert client.get("/s/demo/preview/chat/").status_code == 404


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
