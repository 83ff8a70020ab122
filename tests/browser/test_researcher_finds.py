"""A researcher in a browser: from a search to the dialogue, through what was found, and back."""

import pytest
from playwright.sync_api import Page, expect

from studies.models import Dialogue
from studies.search.indexing import index_study
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.factories import make_dialogue, make_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_found_dialogues_are_stepped_through_tagged_and_excluded(staff_page: Page) -> None:
    run = make_run()
    for turns, cell in enumerate(run.simulations.order_by("pk")):
        make_dialogue(cell, turns=turns)
    index_study(run.study)
    staff_page.goto("/studies/demo/dialogues/")
    staff_page.get_by_label("Words in any turn").fill("CALÓRIES")
    staff_page.get_by_text("Filters and order").click()
    staff_page.get_by_label("Order").select_option("shortest first")
    staff_page.get_by_role("button", name="Find dialogues").click()
    expect(staff_page.get_by_role("status")).to_have_text("2 dialogues")
    expect(staff_page.locator("mark").first).to_have_text("calories")
    check_page_in_both_sizes(staff_page, "found dialogues")
    staff_page.get_by_role("link", name="Turn 2, inquirer").first.click()
    expect(staff_page.get_by_role("link", name="1 of 2 in the list")).to_be_visible()
    staff_page.get_by_label("New tag").fill("calories")
    staff_page.get_by_role("button", name="Add tag").click()
    expect(staff_page.get_by_role("button", name="Remove tag calories")).to_be_visible()
    staff_page.get_by_text("Add a note, or exclude this dialogue").click()
    staff_page.get_by_label("Note", exact=True).fill("Starts in the middle.\nSee turn 2.")
    staff_page.get_by_role("button", name="Add note").click()
    expect(staff_page.get_by_role("article", name="Note 1")).to_contain_text("See turn 2.")
    staff_page.get_by_text("Add a note, or exclude this dialogue").click()
    staff_page.get_by_label("Reason for the exclusion").fill("The server failed.")
    staff_page.get_by_role("button", name="Exclude dialogue").click()
    expect(staff_page.get_by_text("Excluded: The server failed.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "an excluded dialogue")
    staff_page.get_by_role("link", name="Next →").click()
    expect(staff_page.get_by_role("link", name="2 of 2 in the list")).to_be_visible()
    staff_page.get_by_role("link", name="2 of 2 in the list").click()
    arrive(staff_page, "Dialogues")
    expect(staff_page.get_by_role("row", name="excluded calories")).to_have_count(1)
    staff_page.get_by_text("Tag or exclude these dialogues").click()
    staff_page.get_by_label("Tag", exact=True).last.fill("read")
    staff_page.get_by_role("button", name="Add tag to 2 dialogues").click()
    expect(staff_page.get_by_text("Tagged 2 dialogues.")).to_be_visible()
    expect(staff_page.get_by_role("row", name="read")).to_have_count(2)
    assert Dialogue.objects.filter(exclusions__reason="The server failed.").count() == 1
