"""A researcher imports goals and personas, and edits a persona, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import Complaints
from tests.factories import make_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_file_of_goals_to_an_own_persona(staff_page: Page, complaints: Complaints, tmp_path: Path) -> None:
    complaints.expect("422")
    make_study()
    (tmp_path / "goals.csv").write_text("text;domain\nBake a brötchen.;Baking\n", encoding="utf-8-sig")
    staff_page.goto("/studies/demo/goals/import/")
    staff_page.get_by_label("File").set_input_files(tmp_path / "goals.csv")
    staff_page.get_by_role("button", name="Preview list").click()
    expect(staff_page.get_by_role("cell", name="Bake a brötchen.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "what was understood")
    staff_page.get_by_role("button", name="Import 1 goal").click()
    expect(staff_page.get_by_text("1 goal has been imported.")).to_be_visible()
    staff_page.goto("/studies/demo/personas/import/")
    staff_page.get_by_label("Or paste the list").fill("code,age\nA1,25 to 34")
    staff_page.get_by_role("button", name="Preview list").click()
    expect(staff_page.get_by_role("alert")).to_contain_text("The list has no column for “race”")
    check_page_in_both_sizes(staff_page, "a list with a mistake")
    staff_page.goto("/studies/demo/personas/")
    check_page_in_both_sizes(staff_page, "personas")
    staff_page.get_by_role("link", name="Add persona").click()
    arrive(staff_page, "Add persona")
    check_page_in_both_sizes(staff_page, "a persona")
    staff_page.get_by_label("Age Range").select_option("25 to 34")
    staff_page.get_by_role("button", name="Save persona").click()
    expect(staff_page.get_by_role("row", name="P03")).to_contain_text("a 25 to 34-year-old individual")
