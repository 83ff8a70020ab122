"""The judging page holds WCAG 2.1 AA in each of its states, on a laptop and on a phone, in both colour schemes."""

import pytest
from playwright.sync_api import expect

from evaluation.models import Evaluator, Pair
from tests.browser.both_sizes import assert_accessible_in_both_sizes
from tests.browser.complaints import OFFLINE, Complaints
from tests.browser.judging.way import Judge, bubble, choose, group, hint, number, send
from tests.evaluation.factories import make_known_pair

pytestmark = pytest.mark.browser


def test_before_within_and_after_an_answer_and_without_a_connection(judge: Judge, complaints: Complaints) -> None:
    complaints.expect(OFFLINE)
    page = judge()
    assert_accessible_in_both_sizes(page, "nothing answered")
    group(page, "Which dialogue is artificial").get_by_role("radio", name="1st").check()
    send(page).click()
    expect(hint(page)).to_be_visible()
    assert_accessible_in_both_sizes(page, "something is missing")
    choose(page, "1st")
    bubble(page, "first", 1).click()
    expect(hint(page)).to_be_hidden()
    assert_accessible_in_both_sizes(page, "all answered")
    page.context.set_offline(True)
    send(page).click()
    expect(hint(page)).to_contain_text("No connection")
    assert_accessible_in_both_sizes(page, "no connection")


def test_the_answer_to_a_pair_for_practice(judge: Judge, evaluator: Evaluator) -> None:
    assignment = evaluator.assignments.get()
    assignment.presentations.all().delete()
    training = make_known_pair(evaluator.evaluation, Pair.Role.TRAINING)
    assignment.presentations.create(position=0, pair=training, is_natural_first=True)
    page = judge()
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice 1 of 1")
    choose(page)
    number(page).select_option("1")
    send(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The 2nd dialogue is the artificial one")
    assert_accessible_in_both_sizes(page, "what was right")
