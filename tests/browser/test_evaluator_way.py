"""An evaluator's path in a browser, without the judging: from the link to the completion code or another ending."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from evaluation.models import Assignment, Evaluation, Evaluator
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.chat.way import PHONE
from tests.browser.complaints import Complaints
from tests.enrolment.visits import EVALUATION as DOOR
from tests.evaluation.factories import make_evaluation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = Evaluator.State
REFUSAL = "status of 403 .*/start/$"
"""What the browser says of the stops that refuse something."""


@pytest.fixture(autouse=True)
def evaluation() -> Evaluation:
    return make_evaluation(completion_code="C0FFEE", redirect_url="https://app.prolific.com/submissions?cc=C0FFEE")


def consent(page: Page) -> None:
    page.goto(DOOR)
    page.get_by_role("button", name="I agree to take part").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which Dialogue is Artificial?")


def stops(page: Page) -> Iterator[str]:
    """Visit the steps of the path in turn, and yield the name of each as soon as its page, not the one before, is there.

    Those that participants see with the same templates are left to their path.
    """
    page.goto(DOOR)
    yield "welcome"
    consent(page)
    yield "instruction"
    Evaluator.objects.update(state=State.LAPSED)
    page.goto(f"{DOOR}start/")
    yield "lapsed"
    Assignment.objects.all().delete()
    page.get_by_role("button", name="Start the Survey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No pairs available at the moment")
    yield "no assignment"
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    page.goto(f"{DOOR}start/")
    yield "closed"
    Evaluator.objects.update(state=State.FINISHED)
    page.goto(f"{DOOR}end/")
    yield "end"


def test_from_the_link_to_the_first_pair_and_the_code(page: Page) -> None:
    consent(page)
    page.get_by_role("button", name="Start the Survey").click()
    page.wait_for_url(f"**{DOOR}pairs/*/")
    assert Evaluator.objects.get().state == State.JUDGING
    Evaluator.objects.update(state=State.FINISHED)
    page.goto(DOOR)
    page.get_by_role("link", name="View last page").click()
    expect(page.get_by_label("Your completion code")).to_have_value("C0FFEE")
    expect(page.get_by_role("link", name="Return to app.prolific.com")).to_be_visible()


def test_double_clicks_enrol_once_and_take_one_assignment(page: Page, evaluation: Evaluation) -> None:
    page.goto(f"{DOOR}?PROLIFIC_PID=5f3a")
    page.get_by_role("button", name="I agree to take part").dblclick()
    page.get_by_role("button", name="Start the Survey").dblclick()
    page.wait_for_url(f"**{DOOR}pairs/*/")
    assert Evaluator.objects.count() == 1
    assert evaluation.assignments.exclude(evaluator=None).count() == 1


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(page: Page, complaints: Complaints) -> None:
    complaints.expect(REFUSAL)
    page.set_viewport_size(PHONE)
    for name in stops(page):
        check_page_in_both_sizes(page, name)
