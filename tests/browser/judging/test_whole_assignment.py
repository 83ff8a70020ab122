"""A whole assignment is judged: with the mouse, with the keyboard alone, and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from evaluation.models import Evaluator, Judgement
from tests.browser.chat.way import DESKTOP, PHONE
from tests.browser.complaints import Complaints
from tests.browser.judging.way import (
    END,
    Judge,
    bubble,
    choose,
    expect_progress,
    group,
    hint,
    number,
    send,
)
from tests.evaluation.factories import presentations_of

pytestmark = pytest.mark.browser
HANDHELD = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


def keep_two_pairs(evaluator: Evaluator) -> None:
    """Shorten the assignment to what shows that one pair follows another and what comes after the last."""
    evaluator.assignments.get().presentations.filter(position__gte=2).delete()


def expect_code(page: Page) -> None:
    expect(page).to_have_url(END)
    expect(page.get_by_label("Your completion code")).to_have_value("JUDGED-7")


def assert_all_judged(evaluator: Evaluator) -> list[Judgement]:
    judgements = list(Judgement.objects.filter(submitted_at__isnull=False).order_by("presentation__position"))
    assert [judgement.presentation for judgement in judgements] == presentations_of(evaluator)
    assert Judgement.objects.count() == len(judgements)
    return judgements


def test_with_the_mouse(judge: Judge, evaluator: Evaluator) -> None:
    keep_two_pairs(evaluator)
    page = judge()
    for done in range(2):
        expect_progress(page, done, total=2)
        choose(page, "2nd", "Very confident")
        bubble(page, "second", 2, "answer").click()
        expect(number(page)).to_have_value("2")
        send(page).click()
    expect_code(page)
    for judgement in assert_all_judged(evaluator):
        given = (judgement.choice, judgement.confidence, judgement.utterance_number)
        assert given == ("second", "very confident", 2)
        assert (judgement.utterance_side, judgement.utterance_bubble) == ("second", "answer")
        assert 0 < judgement.first_interaction_seconds <= judgement.decision_seconds <= judgement.submit_seconds  # type: ignore[operator]
        assert 0 < judgement.active_seconds <= judgement.submit_seconds  # type: ignore[operator]
        assert judgement.scrolled_second is not None and 0 < judgement.scrolled_second <= 1


def test_with_the_keyboard_alone(judge: Judge, evaluator: Evaluator) -> None:
    page = judge()
    for done, (choice, confidence, steps) in enumerate([("1", "q", 2), ("2", "w", 1), ("0", "e", 4), ("1", "e", 0)]):
        expect_progress(page, done)
        page.keyboard.press(choice)
        page.keyboard.press(confidence)
        for _ in range(steps):
            page.keyboard.press("ArrowDown")
        if not steps:
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Control+Enter")
    expect_code(page)
    given = [(each.choice, each.confidence, each.utterance_number) for each in assert_all_judged(evaluator)]
    assert given == [
        ("first", "somewhat confident", 2),
        ("second", "confident", 1),
        ("not_sure", "very confident", None),
        ("first", "very confident", 0),
    ]


def test_with_the_keyboard_and_no_shortcuts(judge: Judge) -> None:
    """Tab, space and arrows, as a form wants them; keys that are no shortcuts where they mean something else."""
    page = judge()
    for key in ("Control+1", "Alt+2", "Shift+Q", "Meta+w"):
        page.keyboard.press(key)
    number(page).focus()
    page.keyboard.press("1")
    expect(number(page)).to_have_value("1")
    page.locator("#first").focus()
    page.keyboard.press("ArrowDown")
    expect(number(page)).to_have_value("1")
    expect(page.locator("#answer :checked[type=radio]")).to_have_count(0)
    group(page, "Which dialogue").get_by_role("radio", name="1st").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    page.keyboard.press("Tab")
    expect(send(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect_progress(page, 1)
    judgement = Judgement.objects.get(submitted_at__isnull=False)
    given = (judgement.choice, judgement.confidence, judgement.utterance_number)
    assert given == ("second", "somewhat confident", 2)


def test_on_a_phone_one_side_at_a_time(judge: Judge, evaluator: Evaluator) -> None:
    keep_two_pairs(evaluator)
    page = judge(**HANDHELD)
    shown = page.get_by_role("radiogroup", name="Which dialogue is shown")
    for done in range(2):
        expect_progress(page, done, total=2)
        expect(page.locator("#first")).to_be_visible()
        expect(page.locator("#second")).to_be_hidden()
        shown.get_by_role("radio", name="2nd Dialogue").tap()
        expect(page.locator("#second")).to_be_visible()
        expect(page.locator("#first")).to_be_hidden()
        group(page, "Which dialogue is art").get_by_role("radio", name="2nd").tap()
        group(page, "How confident").get_by_role("radio", name="Somewhat confident").tap()
        bubble(page, "second", 1).tap()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        send(page).tap()
    expect_code(page)
    assert {judgement.utterance_bubble for judgement in assert_all_judged(evaluator)} == {"prompt"}


def test_the_questions_leave_room_for_the_dialogues(judge: Judge) -> None:
    page = judge()
    for window, choice in ((PHONE, "1st"), (DESKTOP, "2nd")):
        page.set_viewport_size(window)
        group(page, "Which dialogue").get_by_role("radio", name=choice).check()  # unfolds the others on a phone
        expect(number(page)).to_be_visible()
        expect(hint(page)).to_be_hidden()
        room, bar = page.locator(".side:visible").first.bounding_box(), page.locator("#answer").bounding_box()
        assert room is not None and bar is not None
        assert room["height"] >= 0.3 * window["height"]
        assert bar["y"] + bar["height"] <= window["height"]
        send(page).click()
        expect(hint(page)).to_be_visible()
        assert page.locator(".side:visible").first.bounding_box() == room, "what the page says moves nothing"


def test_what_is_missing_is_named_and_one_is_taken_there(judge: Judge) -> None:
    page = judge()
    send(page).click()
    expect(hint(page)).to_contain_text(
        "which dialogue is artificial, how confident you are and which utterance reveals that the dialogue is artificial"
    )
    expect(group(page, "Which dialogue").get_by_role("radio", name="1st")).to_be_focused()
    choose(page)
    send(page).click()
    expect(hint(page)).to_have_text("Please say which utterance reveals that the dialogue is artificial.")
    expect(number(page)).to_be_focused()
    number(page).select_option("No single utterance")
    expect(hint(page)).to_be_hidden()
    send(page).click()
    expect_progress(page, 1)


def test_the_utterance_is_one_of_the_chosen_dialogue(judge: Judge) -> None:
    page = judge()
    options = number(page).get_by_role("option")
    expect(options).to_have_text(["Choose one", "1", "2", "3", "4", "No single utterance"])
    bubble(page, "first", 1).click()
    expect(number(page)).to_have_value("1")
    expect(bubble(page, "first", 1).get_by_role("button")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("2")
    expect(number(page)).to_have_value("")
    expect(options).to_have_text(["Choose one", "1", "2", "No single utterance"])
    expect(hint(page)).to_contain_text("is in the other dialogue. Please choose an utterance in the 2nd dialogue.")
    bubble(page, "first", 2).click()
    expect(number(page)).to_have_value("")
    expect(hint(page)).to_contain_text("you chose the 2nd dialogue. Click an utterance in the 2nd dialogue, or change")
    bubble(page, "second", 2).click()
    expect(number(page)).to_have_value("2")
    expect(hint(page)).to_be_hidden()
    group(page, "Which dialogue").get_by_role("radio", name="1st").check()
    number(page).select_option("4")
    page.keyboard.press("Escape")
    group(page, "Which dialogue").get_by_role("radio", name="2nd").check()
    expect(hint(page)).to_contain_text("The 2nd dialogue has no utterance 4")
    group(page, "Which dialogue").get_by_role("radio", name="Not sure").check()
    expect(number(page)).to_be_hidden()


def test_without_scripts_it_is_a_form(judge: Judge, complaints: Complaints) -> None:
    complaints.expect("status of 422 .*/submit/$")
    page = judge(java_script_enabled=False)
    send(page).click()
    expect(hint(page)).to_contain_text("Please say which dialogue is artificial")
    choose(page)
    number(page).select_option("2")
    send(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pair 2 of 4")
    assert Judgement.objects.get().utterance_number == 2
