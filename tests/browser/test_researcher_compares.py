"""A researcher compares runs in a browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from simulation.models import Run
from tests.browser.accessibility import check_page_in_both_sizes
from tests.factories import make_dialogues, make_run, make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def expect_fade(table: Locator, width: str) -> None:
    """Expect the table to fade at its right edge, as a sign that it scrolls: the next frame sets it."""
    expect(table).to_have_css("--beyond", width)


def test_from_a_studys_runs_to_two_dialogues_side_by_side(staff_page: Page) -> None:
    study = make_study(goal_count=1, persona_count=2)
    for number, features in enumerate(("none", "age", "all")):
        run = make_run(study, state=Run.State.FINISHED)
        Run.objects.filter(pk=run.pk).update(configuration=run.configuration | {"features": features})
        make_dialogues(list(run.simulations.order_by("pk")), turns=1 + number)
    staff_page.goto("/studies/demo/simulate/")
    staff_page.get_by_role("link", name="Compare runs").click()
    expect(staff_page.get_by_role("row", name="Turns per dialogue 1.00 (0.00) 2.00 (0.00)")).to_be_visible()
    staff_page.goto("/studies/demo/compare/")
    expect(staff_page.get_by_label("no persona features")).to_be_visible()
    check_page_in_both_sizes(staff_page, "choice")
    staff_page.get_by_label("no persona features").check()
    staff_page.get_by_label("persona feature age alone").check()
    expect(staff_page.locator(".scroll")).to_have_count(0)
    staff_page.get_by_role("button", name="Compare runs").click()
    expect(staff_page.get_by_role("row", name="Turns per dialogue 1.00 (0.00) 2.00 (0.00)")).to_be_visible()
    check_page_in_both_sizes(staff_page, "comparison")
    staff_page.set_viewport_size({"width": 360, "height": 700})
    table = staff_page.get_by_role("region", name="Table of dialogues")
    expect_fade(table, "48px")
    table.evaluate("it => it.scrollTo(it.scrollWidth, 0)")
    expect_fade(table, "0px")
    staff_page.set_viewport_size({"width": 1280, "height": 900})
    for each in staff_page.locator(".scroll").all():
        expect_fade(each, "0px")
    with staff_page.expect_download() as started:
        staff_page.get_by_role("link", name="CSV of the figures").click()
    assert "Turns per dialogue,1.00 (0.00),2.00 (0.00)" in started.value.path().read_text("utf-8")
    staff_page.get_by_role("link", name=re.compile("side by side.*P02")).click()
    expect(staff_page.get_by_text("They diverge at turn 2.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "side by side")
    staff_page.get_by_role("columnheader").get_by_role("link", name="no persona features").click()
    staff_page.get_by_text("Same persona and goal").click()
    expect(staff_page.get_by_role("link", name="persona feature age alone").first).to_be_visible()
    check_page_in_both_sizes(staff_page, "dialogue")
