"""A researcher stores a character in a browser, has it described, and audits it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from characters.models import Description
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.complaints import Complaints
from tests.characters.describing.scripts import work_off
from tests.factories import make_character
from tests.installation import MODELS_FILE
from tests.rolellm.references import PLAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def answer_all() -> None:
    work_off(Description.objects.get())


def test_from_the_play_to_an_audited_character(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("422", "^htmx:(afterRequest|sendError|sendAbort)")
    staff_page.goto("/")
    staff_page.get_by_role("link", name="Characters").click()
    staff_page.get_by_role("link", name="Import script").click()
    staff_page.get_by_label("Script", exact=True).set_input_files(PLAY)
    staff_page.get_by_label("Name", exact=True).fill("Hamlet")
    staff_page.get_by_role("button", name="Import script").click()
    expect(staff_page.get_by_text("No speaker of the script is called 'Hamlet'")).to_be_visible()
    check_page_in_both_sizes(staff_page, "mistake")
    staff_page.get_by_label("Script", exact=True).set_input_files(PLAY)
    staff_page.get_by_label("Name", exact=True).fill("Coriolanus")
    staff_page.get_by_label("Aliases").fill("MARCIUS")
    staff_page.get_by_role("button", name="Import script").click()
    expect(staff_page.get_by_role("heading", level=1)).to_contain_text("Coriolanus not audited")
    staff_page.locator("#description-now").get_by_label("Model").select_option("answerer")
    staff_page.get_by_role("button", name="Describe with a model").click()
    expect(staff_page.get_by_text("0 of 8 answers")).to_be_visible()
    check_page_in_both_sizes(staff_page, "a description under way")
    beside_the_browser(answer_all)
    expect(staff_page.get_by_text("You are a proud Roman general.")).to_be_visible()
    staff_page.get_by_role("button", name="Accept answer 1 of answerer").click()
    expect(staff_page.get_by_text("1 of 5 answers accepted")).to_be_visible()
    staff_page.get_by_role("button", name="Accept character").click()
    expect(staff_page.get_by_role("heading", level=1)).to_contain_text("audit accepted")
    staff_page.get_by_role("textbox", name="Question").fill("What do you think of the people?")
    staff_page.get_by_role("button", name="Find pairs").click()
    expect(staff_page.locator("#retrieval ~ .scroll tbody tr")).to_have_count(5)
    check_page_in_both_sizes(staff_page, "a character")


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(staff_page: Page) -> None:
    character = make_character()
    make_character("Nobody", rounds=0)
    for address in ("/characters/", "/new-character/", f"/characters/{character.token}/change/", "/import-character/"):
        staff_page.goto(address)
        check_page_in_both_sizes(staff_page, address)
