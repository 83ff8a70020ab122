"""A researcher collects in a browser: from a new study to the first participant and to closing the study."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from collection.models import Recruitment
from collection.settings_of_studies import load_demo_study
from studies.language_models import trial
from studies.models import Study
from studies.services import freeze_study
from tests.browser.accessibility import assert_accessible, check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.boxes import boxes
from tests.browser.complaints import Complaints
from tests.collection.factories import (
    FEATURES,
    make_answered_turn,
    make_natural_dialogue,
    make_participant,
    make_pending_turn,
    make_try,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.waits]
OPENING = 60_000
"""Milliseconds in which a study opens: the page says that the chatbot's trial can take up to a minute."""
CHATBOTS = Path(__file__).parents[1] / "data" / "chat_models.toml"


def make_busy_study() -> Study:
    """Store a study with participants in every state and a dialogue with all kinds of turns."""
    study = load_demo_study("tiny")
    Recruitment.objects.filter(study=study).update(is_open=True, seats=20, quotas={"gender": {"Female": 5}})
    chats = make_participant(study, external_id="platform-1")
    make_natural_dialogue(chats, ending="next_goal")
    dialogue = make_natural_dialogue(chats, turns=1)
    make_answered_turn(dialogue, 1, state="stopped")
    make_try(make_pending_turn(dialogue, state="interrupted", message="The reply broke off."), text="Yes")
    for state in ("finished", "screened_out", "withdrawn"):
        make_participant(study, answers=FEATURES if state == "finished" else None, state=state, seen_minutes_ago=70)
    return study


def addresses(study: Study) -> list[str]:
    freeze_study(study)
    running = study.dialogues.get(ended_at=None)
    pages = [f"/studies/demo/{page}/" for page in ("collecting", "recruitment", "data", "edit")]
    pending = running.turns.get(state="pending")
    make_try(pending, state="failed", reason=f"{'/very' * 20} failed.", ended_at=timezone.now())
    previews = [f"/s/demo/preview/{page}" for page in ("", "form/", "start/", "chat/")]
    return ["/new-study/", "/studies/demo/", *pages, f"/dialogues/{running.token}/", *previews]


@pytest.mark.usefixtures("scripted_models")
def test_from_a_new_study_to_a_participant_and_to_its_end(staff_page: Page, live_server: LiveServer) -> None:
    staff_page.goto("/")
    staff_page.get_by_role("link", name="Create study").click()
    arrive(staff_page, "New study")
    staff_page.get_by_label("Title").fill("Speed and chickens")
    staff_page.get_by_role("button", name="Create study").click()
    arrive(staff_page, re.compile("Goals"))
    expect(staff_page.get_by_role("status").first).to_contain_text("The study has been created.")
    staff_page.locator("summary").last.click()
    staff_page.get_by_label("Remove goal").last.check()
    staff_page.get_by_role("button", name="Add goal").click()
    new = staff_page.get_by_role("group", name="New goal")
    expect(new.get_by_label("Number")).to_have_value("11")
    new.get_by_label("Domain").fill("Music")
    new.get_by_label("Text").fill("You want a tune for a wedding.")
    expect(staff_page.get_by_role("group", name="Goal 9").get_by_label("Text")).to_be_hidden()
    check_page_in_both_sizes(staff_page, "the goals of a study")  # unfolds everything
    second = staff_page.get_by_role("group", name="Goal 2")
    text = second.get_by_label("Text").input_value()
    second.get_by_role("button", name="Move up").press("Enter")
    expect(staff_page.get_by_role("group", name="Goal 1", exact=True).get_by_label("Text")).to_have_value(text)
    for title in ("Questions", "Chatbots", "Texts and limits"):
        staff_page.get_by_role("button", name="Save and continue").click()
        arrive(staff_page, re.compile(title))
        if title != "Chatbots":
            check_page_in_both_sizes(staff_page, f"{title} of a study")
    staff_page.get_by_role("button", name="Save and finish").click()
    arrive(staff_page, re.compile("Speed and chickens"))
    study = Study.objects.get(slug="speed-and-chickens")
    assert [goal.number for goal in study.goals.all()] == [*range(1, 10), 11]
    assert study.goals.get(number=1).text == text

    staff_page.goto("/studies/speed-and-chickens/collecting/")
    staff_page.get_by_role("button", name="Open study").click()
    expect(staff_page.get_by_role("button", name="Close study …")).to_be_visible(timeout=OPENING)
    expect(staff_page.get_by_label("Link for all participants")).to_have_value(
        f"{live_server.url}/s/speed-and-chickens/"
    )
    expect(staff_page.locator("#participants")).to_contain_text("No participants yet.")
    dialogue = make_natural_dialogue(make_participant(study), turns=1)
    row = staff_page.get_by_role("row", name="p-001")
    expect(row).to_contain_text("goal 1 of 10")
    expect(staff_page.locator("#distributions").get_by_role("figure").first).to_contain_text("25 to 34")

    staff_page.get_by_role("button", name="Close study …").click()
    staff_page.get_by_role("button", name="Keep study open").click()
    assert Recruitment.objects.get().is_open
    staff_page.get_by_role("button", name="Close study …").click()
    staff_page.get_by_role("button", name="Close study", exact=True).click()
    expect(staff_page.get_by_role("button", name="Open study")).to_be_visible()
    dialogue.refresh_from_db()
    assert (Recruitment.objects.get().is_open, dialogue.ending) == (False, "left")


def test_a_text_is_shown_as_participants_see_it_while_it_is_written(staff_page: Page) -> None:
    load_demo_study("tiny")
    staff_page.goto("/studies/demo/edit/texts/")
    staff_page.get_by_label("Welcome").fill("# Hello\n\n**Please** <img src=x onerror=alert(1)>")
    shown = staff_page.locator("#preview-welcome")
    expect(shown.get_by_role("heading")).to_have_text("Hello")
    expect(shown).to_contain_text("<img src=x")
    assert shown.locator("img").count() == 0


def test_questions_follow_each_other_and_the_persona_sentence_names_them(staff_page: Page) -> None:
    load_demo_study("tiny")
    staff_page.goto("/studies/demo/edit/questions/")
    age = staff_page.get_by_role("group", name="Age Range")
    age.get_by_text("single choice, in the persona form").click()
    expect(age.get_by_label("Under 18")).to_be_checked()
    age.get_by_label("Options").first.fill("Under 18\nunder 30\nolder")
    expect(age.get_by_label("Under 18")).to_be_checked()
    age.get_by_label("under 30").check()
    age.get_by_label("Asked", exact=True).select_option("before the first goal")
    expect(age.get_by_text("single choice, before the first goal")).to_be_visible()
    age.get_by_label("Asked", exact=True).select_option("in the persona form")
    staff_page.get_by_role("button", name="Add question").click()
    expect(age.get_by_label("under 30")).to_be_hidden()
    staff_page.get_by_role("group", name="New question").get_by_label("Question", exact=True).fill("Größe?")
    size = staff_page.get_by_role("group", name="Größe?")
    size.get_by_label("Kind").select_option("scale")
    size.get_by_text("Dependency", exact=True).click()
    size.get_by_label("Depends on the question").select_option("Age Range")
    size.get_by_role("group", name="Asked after these answers").get_by_label("older").check()
    sentence = staff_page.get_by_label("Persona sentence")
    sentence.fill("a person{ of [age]}")
    staff_page.get_by_role("button", name="[grosse]").click()
    staff_page.get_by_role("button", name="Save changes").click()
    expect(staff_page.get_by_role("status").first).to_have_text("The study has been saved.")
    study = Study.objects.get()
    assert study.questionnaire[0]["screened_out"] == ["Under 18", "under 30"]
    assert study.questionnaire[-1] == {"key": "grosse", "label": "Größe?", "kind": "scale", "low": 1, "high": 5} | {
        "shown_if": {"key": "age", "answers": ["older"]}
    }
    assert study.persona_template == "a person{ of [age]}{ [grosse]}"


def test_errors_are_shown_at_their_fields_and_nothing_typed_is_lost(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("status of 422 .*/studies/demo/edit/goals/$")
    load_demo_study("tiny")
    staff_page.goto("/studies/demo/edit/goals/")
    staff_page.get_by_role("group", name="Goal 3").locator("summary").click()
    staff_page.get_by_role("group", name="Goal 3").get_by_label("Text").fill("Typed with care.")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    staff_page.on("dialog", stay)
    staff_page.get_by_role("link", name="Texts and limits").click(no_wait_after=True)
    expect(staff_page.get_by_role("group", name="Goal 3").get_by_label("Text")).to_have_value("Typed with care.")
    staff_page.get_by_role("button", name="Add goal").click()
    staff_page.get_by_role("button", name="Save changes").click()
    expect(staff_page.get_by_role("alert")).to_contain_text("Nothing on this page is saved yet.")
    assert asked == ["beforeunload"]
    staff_page.get_by_role("link", name="Goal 11, Text: This field is required.").click()
    expect(staff_page.get_by_role("group", name="Goal 11").get_by_label("Text")).to_be_focused()
    assert_accessible(staff_page)
    text = staff_page.get_by_role("group", name="Goal 11").get_by_label("Text")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(staff_page.get_by_role("group", name="Goal 3").get_by_label("Text")).to_have_value("Typed with care.")
    staff_page.get_by_role("link", name="Discard changes").click()
    expect(staff_page.get_by_role("group", name="Goal 11")).to_have_count(0)


def test_a_frozen_study_leads_to_a_copy_that_can_be_changed(staff_page: Page) -> None:
    freeze_study(load_demo_study("tiny"))
    staff_page.goto("/studies/demo/edit/")
    staff_page.get_by_role("button", name="Copy study").click()
    expect(staff_page.get_by_role("status").first).to_contain_text("You can change everything")
    staff_page.get_by_label("Title").fill("My copy")
    staff_page.get_by_role("button", name="Save changes").click()
    expect(staff_page.get_by_role("status").first).to_have_text("The study has been saved.")
    assert Study.objects.get(slug="demo-copy").title == "My copy"


def test_a_reply_grows_before_the_researchers_eyes(staff_page: Page) -> None:
    dialogue = make_natural_dialogue(make_participant(load_demo_study("tiny")), turns=1)
    staff_page.goto(f"/dialogues/{dialogue.token}/")
    pending = make_pending_turn(dialogue, text="Yes, I")
    expect(staff_page.get_by_role("article", name="Turn 2")).to_contain_text("Yes, I")
    pending.generations.update(text="Yes, I am here", state="complete")
    pending.state, pending.response = "complete", "Yes, I am here"
    pending.save()
    expect(staff_page.get_by_role("article", name="Turn 2")).to_contain_text("Yes, I am here")
    expect(staff_page.locator(".more")).to_contain_text("Waiting for turn 3")


def test_a_chatbot_that_fails_is_shown_at_the_top_until_it_answers_again(staff_page: Page) -> None:
    study = load_demo_study("tiny")
    dialogue = make_natural_dialogue(make_participant(study), turns=1)
    staff_page.goto("/studies/demo/collecting/")
    expect(staff_page.locator("#participants")).to_contain_text("p-001")
    failed: dict[str, Any] = {"state": "failed", "reason": "The server is down.", "ended_at": timezone.now()}
    pending = make_pending_turn(dialogue, **failed)
    trouble = staff_page.get_by_role("alert").filter(has_text="The chatbot has been failing")
    expect(trouble).to_contain_text("The server is down.")
    expect(trouble).to_contain_text("1 participant cannot continue")
    notice, link = boxes(staff_page, "#trouble [role=alert]", "#link-title")
    assert 0 < notice["bottom"] <= link["top"]
    make_try(pending, ended_at=timezone.now())
    expect(trouble).to_have_count(0)


def test_opening_says_what_it_is_doing_and_goes_on_until_a_slow_chatbot_answers(
    staff_page: Page, settings: Settings
) -> None:
    settings.MODELS_FILE = CHATBOTS
    load_demo_study("busy")
    staff_page.goto("/studies/demo/collecting/")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "PATIENCE", 0.2)
        staff_page.get_by_role("button", name="Open study").click()
        expect(staff_page.get_by_text("The site sends the chatbot a test message.")).to_be_visible()
        waiting = staff_page.get_by_role("status").filter(has_text="The study is not open yet.")
        expect(waiting).to_contain_text("It may still be loading")
        check_page_in_both_sizes(staff_page, "a study that is being opened")
        assert not Recruitment.objects.get().is_open
    expect(staff_page.get_by_role("button", name="Close study …")).to_be_visible(timeout=OPENING)
    assert Recruitment.objects.get().is_open


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(staff_page: Page) -> None:
    for address in addresses(make_busy_study()):
        staff_page.goto(address)
        check_page_in_both_sizes(staff_page, address)
