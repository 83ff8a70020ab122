"""A researcher estimates in a browser how many evaluators a study needs."""

import pytest
from playwright.sync_api import Page, expect

from analysis.models import PowerEstimate
from analysis.power.estimates import question_of, request_estimate
from analysis.statistics.power_plans import PAPER, PowerQuestion
from tests.analysis.working import beside_the_browser, work_off_estimates
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import Complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = PowerEstimate.State
FOUND = [
    {"studies": 500, "failed": failed, "overall": 400 + failed, "contrasts": [30, 240, 410, 300, 200, 499]}
    for failed in (12, 0, 0, 3, 0, 0)
]


def make_estimate(state: str, seed: int) -> PowerEstimate:
    """Store an estimate of six sizes in this state."""
    estimate = request_estimate(PowerQuestion(PAPER, evaluators=(10, 20, 30, 40, 50, 100), seed=seed))
    message = "Something unexpected went wrong: the worker's log says what." if state == State.PAUSED else ""
    PowerEstimate.objects.filter(pk=estimate.pk).update(state=state, found=FOUND, message=message)
    return estimate


def test_from_the_list_of_studies_to_the_workers_result(staff_page: Page) -> None:
    staff_page.goto("/")
    staff_page.get_by_role("link", name="Estimate power").click()
    arrive(staff_page, "How many evaluators?")
    rows = staff_page.locator(".rate-rows .rate-row")
    expect(rows).to_have_count(4)
    staff_page.get_by_role("button", name="Add model").click()
    expect(rows).to_have_count(5)
    rows.nth(4).get_by_label("Model").fill("guesser")
    rows.nth(4).get_by_label("Detection rate").fill("10")
    for row in (0, 1, 2):
        rows.nth(row).get_by_label("Remove").check()
    expect(rows.nth(0).get_by_label("Model")).to_be_hidden()
    staff_page.get_by_label("Evaluators", exact=True).fill("4, 6")
    staff_page.get_by_label("Pairs per evaluator").fill("20")
    staff_page.get_by_label("Simulated studies").fill("4")
    staff_page.get_by_role("button", name="Estimate power").click()
    expect(staff_page.get_by_role("heading", level=1)).to_have_text("4 and 6 evaluators × 20 pairs")
    expect(staff_page.locator("#live")).to_contain_text("0 of 8 studies")
    beside_the_browser(work_off_estimates)
    expect(staff_page.get_by_role("row", name="GPT4 and guesser")).to_contain_text("100.0%")
    assert question_of(PowerEstimate.objects.get()).rates == {"GPT4": 0.65, "guesser": 0.1}
    with staff_page.expect_download() as download:
        staff_page.get_by_role("link", name="Download as CSV").click()
    assert download.value.path().read_text("utf-8").startswith("evaluators,pairs,people")
    staff_page.get_by_role("link", name="Change assumptions").click()
    expect(staff_page.get_by_label("Evaluators", exact=True)).to_have_value("4, 6")


def test_mistakes_are_marked_and_nothing_is_lost(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("422")
    staff_page.goto("/power/")
    staff_page.get_by_label("Detection rate").nth(1).fill("120")
    staff_page.get_by_label("Seed").fill("5")
    staff_page.get_by_role("button", name="Estimate power").click()
    staff_page.get_by_role("alert").get_by_role("link", name="Enter a rate above 0 and below 100.").click()
    field = staff_page.get_by_label("Detection rate").nth(1)
    expect(field).to_be_focused()
    expect(field).to_have_value("120")
    expect(staff_page.get_by_label("Seed")).to_have_value("5")


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("422")
    states = [State.RUNNING, State.FINISHED, State.CANCELLED, State.PAUSED]
    tokens = [make_estimate(state, seed).token for seed, state in enumerate(states)]
    for address in ["/power/", *(f"/power/{token}/" for token in tokens)]:
        staff_page.goto(address)
        check_page_in_both_sizes(staff_page, address)
    staff_page.goto("/power/")
    staff_page.get_by_label("Evaluators", exact=True).fill("1")
    staff_page.get_by_label("Detection rate").first.fill("")
    staff_page.get_by_role("button", name="Estimate power").click()
    expect(staff_page.get_by_role("alert")).to_be_visible()
    check_page_in_both_sizes(staff_page, "mistakes")
