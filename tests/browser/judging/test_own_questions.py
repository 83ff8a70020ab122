"""An evaluation's own questions beside the dialogues: folded at first, kept over a reload, and stored with the answer."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from evaluation.models import Evaluation, Judgement
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.chat.way import DESKTOP
from tests.browser.complaints import Complaints
from tests.browser.judging.test_room import share_of_the_window
from tests.browser.judging.way import Judge, expect_progress, group, hint, number, send, stored_draft
from tests.evaluation.test_own_questions import HARD, TABLE

pytestmark = pytest.mark.browser


def test_own_questions_appear_with_the_first_answer_and_are_stored(
    judge: Judge, evaluation: Evaluation, complaints: Complaints
) -> None:
    complaints.expect("status of 422 .*/submit/$")
    Evaluation.objects.update(own_questions=[*TABLE, HARD])
    page = judge(viewport=DESKTOP)
    expect(why(page)).to_be_hidden()
    assert share_of_the_window(page) >= 0.6
    group(page, "Which dialogue is artificial").get_by_role("radio", name="Not sure").check()
    expect(number(page)).to_be_hidden()
    expect(hard(page)).to_be_visible()
    page.keyboard.press("1")
    expect(hard(page)).to_be_hidden()
    page.keyboard.press("0")
    hard(page).fill("They are alike.")
    group(page, "How confident").get_by_role("radio", name="Confident", exact=True).check()
    why(page).fill("They read alike.")
    check_page_in_both_sizes(page, "the judging page with own questions")
    page.set_viewport_size(DESKTOP)
    stored_draft(page)
    point(page, "1st Dialogue", 4).check()
    send(page).click()  # before the draft with the last answer is sent
    expect(hint(page)).to_have_text(re.compile("Choose a point from 1 to 5 for “2nd Dialogue: How fluent is it"))
    stored_draft(page)
    page.reload()
    expect(why(page)).to_have_value("They read alike.")
    expect(point(page, "1st Dialogue", 4)).to_be_checked()
    point(page, "2nd Dialogue", 2).check()
    page.get_by_label("Did both keep to the topic?").select_option("No")
    page.get_by_label("Where not?").fill("In the second.")
    page.get_by_role("button", name="Questions").click()
    expect(why(page)).to_be_hidden()
    assert share_of_the_window(page) >= 0.6
    send(page).click()
    expect_progress(page, 1)
    stored = Judgement.objects.submitted().get()
    assert stored.utterance_number is None
    assert stored.own_answers == {
        "own.reason": "They read alike.",
        "own.fluent.first": 4,
        "own.fluent.second": 2,
        "own.topic": "No",
        "own.why_not": "In the second.",
        "own.hard": "They are alike.",
    }


def why(page: Page) -> Locator:
    return page.get_by_label("Why?")


def hard(page: Page) -> Locator:
    return page.get_by_label("What made it hard to tell?")


def point(page: Page, side: str, number: int) -> Locator:
    return group(page, f"{side}: How fluent").get_by_role("radio", name=str(number))
