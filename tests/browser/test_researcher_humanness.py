"""A researcher asks in a browser how human a run is, and reads and downloads the answer."""

import pytest
from playwright.sync_api import Page, expect

from analysis.humanness.reports import request_report
from analysis.models import HumannessReport
from simulation.models import Run
from tests.analysis.drift.factories import make_played_run
from tests.analysis.humanness.factories import make_measurable_run
from tests.analysis.working import beside_the_browser, work_off_humanness
from tests.browser.accessibility import check_page_in_both_sizes
from tests.factories import make_dialogue, make_run, make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_answer_is_asked_for_comes_by_itself_and_violates_no_rule(staff_page: Page) -> None:
    run = make_measurable_run()
    staff_page.goto(f"/runs/{run.token}/")
    staff_page.get_by_role("link", name="How human?").click()
    expect(staff_page.get_by_role("button", name="Compute results")).to_be_visible()
    check_page_in_both_sizes(staff_page, "nothing computed")
    staff_page.get_by_role("button", name="Compute results").click()
    expect(staff_page.get_by_text("The results are waiting for a worker")).to_be_visible()
    beside_the_browser(work_off_humanness)
    expect(staff_page.get_by_role("heading", name="Fidelity")).to_be_visible()
    expect(staff_page.get_by_role("img", name="Distances of simulated dialogues")).to_have_count(2)
    staff_page.wait_for_load_state()  # a download that begins before ends the loading
    with staff_page.expect_download() as started:
        staff_page.get_by_role("link", name="CSV of Symptoms", exact=True).click()
    assert "role flip" in started.value.path().read_text("utf-8")
    check_page_in_both_sizes(staff_page, "computed")


def test_without_people_and_while_it_is_computed_it_violates_no_rule_either(staff_page: Page) -> None:
    run = make_run(make_study(), state=Run.State.FINISHED)
    make_dialogue(run.simulations.all()[0])
    request_report(run)
    beside_the_browser(work_off_humanness)
    HumannessReport.objects.filter(run=run).update(fingerprint="of then")
    request_report(run)
    staff_page.goto(f"/runs/{run.token}/humanness/")
    expect(staff_page.get_by_text("there are 0.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "health alone")


def test_the_drift_of_characters_is_shown_with_its_figure_and_violates_no_rule(staff_page: Page) -> None:
    run = make_played_run()
    request_report(run)
    beside_the_browser(work_off_humanness)
    staff_page.goto(f"/runs/{run.token}/humanness/")
    staff_page.get_by_role("link", name="Drift of characters").click()
    expect(staff_page.get_by_text("Coriolanus: drift, from turn 3 on")).to_be_visible()
    expect(staff_page.get_by_role("img", name="Style of characters by turn")).to_be_visible()
    with staff_page.expect_download() as started:
        staff_page.get_by_role("link", name="CSV of Style by turn", exact=True).click()
    assert "inquirer tiny, dialogue elicitation" in started.value.path().read_text("utf-8")
    check_page_in_both_sizes(staff_page, "drift")
