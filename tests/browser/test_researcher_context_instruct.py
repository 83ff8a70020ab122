"""A researcher lets a model make triplets in a browser, reads the funnel and the triplets, and exports them."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from characters.models import ContextInstruct
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.characters.context_instruct.scripts import MODELS_FILE, work_off
from tests.factories import make_character

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def models(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def make_all() -> None:
    work_off(ContextInstruct.objects.get())


def test_from_the_choice_of_a_model_to_the_export(staff_page: Page) -> None:
    character = make_character(rounds=60)
    staff_page.goto(f"/characters/{character.token}/")
    section = staff_page.get_by_role("region", name="Questions and answers")
    section.get_by_label("Model").select_option("author")
    section.get_by_role("button", name="Make triplets").click()
    expect(staff_page.get_by_text("author makes triplets as soon as a worker is free.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "triplets being made")
    beside_the_browser(make_all)
    expect(staff_page.get_by_role("row", name="Doubted by the model itself")).to_contain_text("30%")
    check_page_in_both_sizes(staff_page, "funnel")
    staff_page.get_by_role("link", name="Show triplets").click()
    staff_page.get_by_label("Show").select_option("duplicate")
    staff_page.get_by_role("button", name="Filter triplets").click()
    expect(staff_page.get_by_text("Similarity 0.").first).to_be_visible()
    check_page_in_both_sizes(staff_page, "triplets")
    staff_page.get_by_label("Similarity of duplicates").fill("0.9")
    staff_page.get_by_role("button", name="Select again").click()
    expect(staff_page.get_by_text("are selected with the similarity 0.9.")).to_be_visible()
    with staff_page.expect_download() as download:
        staff_page.get_by_role("link", name="Export triplets").click()
    assert download.value.suggested_filename == "Coriolanus.zip"
