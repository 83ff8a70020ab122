"""A researcher lets a guard check a run in a browser and reads what it found."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from simulation import tasks
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.collection.factories import make_natural_dialogue, make_open_study, make_participant
from tests.simulation.guards.scripts import MODELS_FILE, finished_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_verdicts_come_by_themselves_and_violate_no_rule(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    run = finished_run()
    staff_page.goto(f"/runs/{run.token}/")
    staff_page.get_by_role("radio", name="strict").check()
    staff_page.get_by_role("button", name="Check dialogues").click()
    expect(staff_page.get_by_text("strict starts checking as soon as a worker is free.")).to_be_visible()
    expect(staff_page.get_by_role("button", name="Pause checks by strict")).to_be_visible()
    beside_the_browser(tasks.guard)
    expect(staff_page.get_by_text("0 safe, 4 unsafe, 0 unreadable")).to_be_visible()
    expect(staff_page.get_by_text("S10 Hate: 4; S2 Non-Violent Crimes: 4")).to_be_visible()
    check_page_in_both_sizes(staff_page, "checked")


def test_participants_dialogues_are_checked_on_the_studys_page(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study = make_open_study(guards_natural=True)
    make_natural_dialogue(make_participant(study), ending="next_goal")
    staff_page.goto(f"/studies/{study.slug}/collecting/")
    staff_page.get_by_role("radio", name="strict").check()
    staff_page.get_by_role("button", name="Check dialogues").click()
    expect(staff_page.get_by_role("button", name="Pause checks by strict")).to_be_visible()
    beside_the_browser(tasks.guard)
    expect(staff_page.get_by_text("0 safe, 1 unsafe, 0 unreadable")).to_be_visible()
    check_page_in_both_sizes(staff_page, "study checked")
