"""The pages on which a researcher edits a study: what they store, and where they lead."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from collection.models import Recruitment
from collection.settings_of_studies import load_demo_study
from studies.models import Study
from tests.collection.research.editing import PAGES, edit, edit_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def test_pages_that_are_sent_as_they_were_shown_change_nothing(client: Client) -> None:
    study = load_demo_study("tiny")
    Study.objects.filter(pk=study.pk).update(min_turns=2, max_turns=5, keeps_unread_replies=True, goal_order="shuffled")
    before = Study.objects.values().get(), list(study.goals.values("number", "domain", "text"))
    assert [edit(client, study, page).status_code for page in PAGES] == [302] * 5
    assert (Study.objects.values().get(), list(study.goals.values("number", "domain", "text"))) == before


def test_each_page_leads_to_the_next_and_the_last_to_the_study(client: Client) -> None:
    study = make_study()
    after = [edit(client, study, page, **{"continue": ""})["Location"] for page in PAGES]
    assert after == [*(f"/studies/demo/edit/{page}" for page in PAGES[1:]), "/studies/demo/"]
    assert edit(client, study, "goals/")["Location"] == "/studies/demo/edit/goals/"


def test_two_people_who_edit_different_pages_lose_nothing(client: Client) -> None:
    study = make_study()
    shown = edit_form(client, study, "texts/", consent="Theirs.")
    edit(client, study, "", title="Mine")
    edit(client, study, "chatbots/", goal_order="shuffled")
    client.post("/studies/demo/edit/texts/", shown)
    study.refresh_from_db()
    assert (study.title, study.goal_order, study.consent) == ("Mine", "shuffled", "Theirs.")


def test_texts_rules_and_chatbot_are_stored_as_they_were_written(client: Client) -> None:
    study = make_study()
    edit(client, study, "chatbots/", goal_order="shuffled")
    limits = {"min_turns": "2", "max_turns": "8", "keeps_unread_replies": "on"}
    edit(client, study, "texts/", welcome="# Hello\r\n\r\nYou", consent_version="2", **limits)
    study.refresh_from_db()
    assert (study.welcome, study.consent_version, study.goal_order) == ("# Hello\n\nYou", "2", "shuffled")
    assert (study.min_turns, study.max_turns, study.keeps_unread_replies, study.chatbot) == (2, 8, True, "tiny")


def test_goals_are_added_changed_and_removed(client: Client) -> None:
    study = make_study()
    edit(
        client,
        study,
        "goals/",
        **{
            "goals-TOTAL_FORMS": "3",
            "goals-0-DELETE": "on",
            "goals-1-text": "Another text.",
            "goals-2-number": "7",
            "goals-2-domain": "Music\u200b",
            "goals-2-text": "You want a tune.",
        },
    )
    assert list(study.goals.order_by("number").values_list("number", "domain", "text")) == [
        (2, "Math", "Another text."),
        (7, "Music", "You want a tune."),
    ]


def test_a_row_that_was_added_and_left_empty_is_passed_over(client: Client) -> None:
    study = make_study()
    assert edit(client, study, "goals/", **{"goals-TOTAL_FORMS": "4"}).status_code == 302
    assert edit(client, study, "questions/", **{"questions-TOTAL_FORMS": "5"}).status_code == 302
    assert study.goals.count() == 2


def test_a_study_whose_chatbot_is_no_longer_described_can_still_be_changed(client: Client) -> None:
    study = make_study()
    Study.objects.update(chatbot="llama-2-13b-q5")
    page = client.get("/studies/demo/edit/chatbots/").text
    assert "llama-2-13b-q5 (models.toml has no such responder)" in page
    assert edit(client, study, "chatbots/", goal_order="shuffled").status_code == 302
    study.refresh_from_db()
    assert (study.chatbot, study.goal_order) == ("llama-2-13b-q5", "shuffled")


def test_a_text_is_shown_as_participants_will_see_it_and_never_as_markup(client: Client) -> None:
    shown = client.post("/new-study/preview/consent/", {"consent": "**Yes** <script>alert(1)</script>"}).text
    assert "<strong>Yes</strong>" in shown
    assert "<script" not in shown
    assert client.post("/new-study/preview/slug/", {"slug": "x"}).status_code == 404


def test_a_new_chatbot_closes_an_open_study_until_it_has_answered(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
    study = make_study()
    Recruitment.objects.create(study=study, is_open=True)
    edit(client, study, title="Another title")
    assert Recruitment.objects.get().is_open
    edit(client, study, "chatbots/", chatbot="quick")
    assert (Recruitment.objects.get().is_open, Study.objects.get().chatbot) == (False, "quick")
    assert "its new chatbot has not been tested" in client.get("/studies/demo/collecting/").text
