"""A researcher brings a character into a study, lets people chat with it, and lets it play."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.browser.accessibility import check_page_in_both_sizes
from tests.factories import make_character, make_study
from tests.installation import MODELS_FILE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_character_to_a_run_that_plays_it(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    make_study()
    staff_page.goto(f"/characters/{make_character().token}/")
    staff_page.get_by_role("button", name="Add to study").click()
    expect(staff_page.get_by_text("Coriolanus is now a persona of")).to_be_visible()
    check_page_in_both_sizes(staff_page, "a character in a study")
    staff_page.goto("/studies/demo/edit/chatbots/")
    staff_page.get_by_label("Chatbot's character").select_option("Coriolanus")
    check_page_in_both_sizes(staff_page, "a study's form with characters")
    staff_page.get_by_role("button", name="Save changes").click()
    staff_page.goto("/studies/demo/")
    expect(staff_page.get_by_text("chatbot tiny as Coriolanus")).to_be_visible()
    staff_page.goto("/studies/demo/simulate/")
    staff_page.get_by_label("characters (1)").check()
    staff_page.get_by_label("Elicitation").select_option("few-shot")
    staff_page.get_by_label("Responder’s character").select_option("none")
    check_page_in_both_sizes(staff_page, "a form for runs with characters")
    staff_page.get_by_role("button", name="Prepare run without starting").click()
    expect(staff_page.get_by_role("heading", level=1)).to_contain_text("characters by few-shot elicitation")
    check_page_in_both_sizes(staff_page, "a run with characters")
