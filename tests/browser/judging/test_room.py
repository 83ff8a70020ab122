"""The dialogues get most of the window, and everything else is one press away."""

import pytest
from playwright.sync_api import Page, expect

from evaluation.models import Evaluation
from studies.models import Goal
from tests.browser.chat.way import DESKTOP, PHONE
from tests.browser.judging.way import Judge, choose, group, number

pytestmark = pytest.mark.browser
LONG = "You want to know how long a goal may be before a page has no room for what it is about. " * 9


def test_dialogues_get_most_of_the_height_even_below_a_long_goal(judge: Judge, evaluation: Evaluation) -> None:
    Goal.objects.update(text=LONG)
    page = judge()
    for window, share in ((DESKTOP, 0.6), (PHONE, 0.55)):
        page.set_viewport_size(window)
        expect(page.get_by_role("button", name="Show all")).to_be_visible()
        assert share_of_the_window(page) >= share
        page.get_by_role("button", name="Show all").click()
        expect(page.get_by_role("button", name="Show less")).to_be_visible()
        assert page.locator("#task").evaluate("task => task.clientHeight") > 0.2 * window["height"]
        page.get_by_role("button", name="Show less").click()
        expect(page.get_by_role("button", name="Show all")).to_be_visible()
        assert share_of_the_window(page) >= share


def test_on_a_phone_the_first_answer_unfolds_the_other_questions_and_a_button_folds_them(judge: Judge) -> None:
    page = judge(viewport=PHONE)
    expect(number(page)).to_be_hidden()
    group(page, "Which dialogue is artificial").get_by_role("radio", name="2nd").check()
    expect(number(page)).to_be_visible()
    page.get_by_role("button", name="Questions").click()
    expect(number(page)).to_be_hidden()
    assert share_of_the_window(page) >= 0.55
    page.get_by_role("button", name="Questions").click()
    choose(page, "2nd")
    number(page).select_option("1")
    page.reload()
    expect(number(page)).to_have_value("1")
    expect(number(page)).to_be_visible()


def share_of_the_window(page: Page) -> float:
    share: float = page.locator(".sides").evaluate("sides => sides.clientHeight / innerHeight")
    return share
