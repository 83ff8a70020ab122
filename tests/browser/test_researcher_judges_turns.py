"""A researcher lets a judge score the turns of a run's character in a browser, and sees the scores by turn."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from analysis.tasks import measure_humanness
from characters import tasks
from tests.analysis.drift.factories import make_played_run
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.characters.turn_judging.factories import MODELS_FILE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_scores_come_by_themselves_and_then_stand_beside_the_drift(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    run = make_played_run(seeds=4)
    staff_page.goto(f"/runs/{run.token}/humanness/")
    staff_page.get_by_role("combobox", name="Judge").select_option("steady")
    staff_page.get_by_role("spinbutton", name="Turns of each dialogue").fill("4")
    staff_page.get_by_role("button", name="Score turns").click()
    expect(staff_page.get_by_text("steady starts scoring as soon as a worker is free.")).to_be_visible()
    expect(staff_page.get_by_role("button", name="Pause scoring by steady")).to_be_visible()
    beside_the_browser(tasks.score_turns)
    expect(staff_page.get_by_text("32 turns scored, mean style 5.00, mean knowledge 4.00 (of 5)")).to_be_visible()
    staff_page.get_by_role("button", name="Compute results").first.click()
    beside_the_browser(measure_humanness)
    expect(staff_page.get_by_role("img", name="Scores of judges by turn")).to_be_visible()
    expect(staff_page.get_by_text("as steady judges").first).to_be_visible()
    expect(staff_page.get_by_text("32 turns scored")).to_be_visible()
    check_page_in_both_sizes(staff_page, "judged turns")
