"""A researcher writes prompt sets in a browser."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from dialogue.prompt_file import write_prompts
from dialogue.prompts import load
from studies.models import Dialogue
from studies.prompt_sets.library import find_any
from studies.prompt_sets.versions import store_version
from tests.analysis.drift.factories import make_study_with_characters
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.complaints import Complaints
from tests.factories import make_run, make_study
from tests.installation import BASE_DIR, MODELS_FILE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEFT = "^htmx:(afterRequest|sendError|sendAbort)"
"""What a page says if it is left, or the set changes, while a preview is loading."""
PLAIN, JSON = write_prompts(load("plain")), write_prompts(load("json"))


def test_from_a_built_in_set_to_the_second_version_of_its_copy(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("422", LEFT)
    staff_page.goto("/")
    staff_page.get_by_role("link", name="Prompt sets").click()
    staff_page.get_by_role("link", name="plain", exact=True).click()
    staff_page.get_by_role("link", name="Copy prompt set").click()
    arrive(staff_page, "New prompt set for the inquirer")
    staff_page.get_by_label("Name").fill("mine")
    staff_page.get_by_role("button", name="Add message").click()
    staff_page.get_by_label("Text", exact=True).last.fill("Write in <NUMBER> words, <PERSONA>.")
    staff_page.get_by_role("button", name="Save prompt set").click()
    staff_page.get_by_role("alert").get_by_role("link", name="There is no placeholder <NUMBER>").click()
    staff_page.get_by_label("Text", exact=True).last.fill("Write little, <PERSONA>.")
    staff_page.get_by_role("button", name="Save prompt set").click()
    expect(staff_page.get_by_role("heading", level=1)).to_have_text("mine version 1")
    staff_page.get_by_role("link", name="Write next version").click()
    staff_page.get_by_label("the text between two marks").check()
    staff_page.get_by_label("Mark before").fill("<say>")
    staff_page.get_by_label("Mark after").fill("</say>")
    staff_page.get_by_role("button", name="Save next version").click()
    expect(staff_page.get_by_role("heading", level=1)).to_have_text("mine version 2")
    staff_page.get_by_label("Compare with").select_option("mine@1")
    staff_page.get_by_role("button", name="Show differences").click()
    expect(staff_page.locator("ins").first).to_contain_text('way = "marked"')
    assert find_any("mine").prompts.opening[-1].content == "Write little, <PERSONA>."  # type: ignore[union-attr]


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("422", LEFT)
    make_run()
    store_version("mine", PLAIN)
    store_version("mine", JSON)
    pages = ["/prompt-sets/", "/prompt-sets/mine@1/?against=mine@2", "/prompt-sets/llama-2-responder/"]
    pages += ["/prompt-sets/mine/change/", "/new-prompt-set/responder/", "/import-prompt-set/"]
    for address in pages:
        staff_page.goto(address)
        check_page_in_both_sizes(staff_page, address)
    staff_page.goto("/new-prompt-set/inquirer/")
    staff_page.get_by_label("Text", exact=True).first.fill("")
    staff_page.get_by_role("button", name="Save prompt set").click()
    expect(staff_page.get_by_role("alert")).to_be_visible()
    check_page_in_both_sizes(staff_page, "mistakes")


def test_the_preview_follows_what_is_typed_and_chosen(
    staff_page: Page, complaints: Complaints, settings: Settings
) -> None:
    complaints.expect(LEFT)
    settings.MODELS_FILE = BASE_DIR / "models.toml"
    make_study().goals.update(text="Bake bread.")
    staff_page.goto("/new-prompt-set/inquirer/")
    shown = staff_page.locator("#previewed")
    expect(shown).to_contain_text("This is what you want: Bake bread.")
    expect(shown.get_by_role("heading", name="Before output 1")).to_contain_text("tokens")
    staff_page.get_by_label("Later messages").fill("It says <RESPONSE>. <CONV_STOP>?")
    expect(shown).to_contain_text("FINISH?")
    staff_page.get_by_label("Study").select_option("the paper’s personas and goals")
    expect(shown).to_contain_text("This is what you want: You")
    expect(staff_page.get_by_label("Persona", exact=True).locator("option")).to_have_count(20)
    staff_page.get_by_label("Later messages").fill("Nothing")
    expect(shown).to_contain_text("There is no preview yet")


def test_a_try_shows_each_output_beside_what_the_method_makes_of_it(
    staff_page: Page, complaints: Complaints, settings: Settings
) -> None:
    complaints.expect(LEFT)
    settings.MODELS_FILE = MODELS_FILE
    make_study()
    staff_page.goto("/new-prompt-set/inquirer/?from=llama-2")
    staff_page.get_by_label("Inquirer model").select_option("asker")
    staff_page.get_by_label("Responder model").select_option("answerer")
    staff_page.get_by_role("button", name="Try two turns").click()
    tried = staff_page.locator("#tried")
    expect(tried).to_contain_text("The trial is complete. Nothing was stored.")
    expect(tried.locator(".output")).to_have_count(4)
    expect(tried.locator(".output").first).to_contain_text('I would ask: "What is a bear?"')
    expect(tried.get_by_role("heading").last).to_have_text("Turn 2, responder answerer: accepted")
    check_page_in_both_sizes(staff_page, "a try")
    assert not Dialogue.objects.exists()


def test_the_preview_for_a_character_shows_and_marks_what_it_receives(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("422", LEFT)
    study = make_study_with_characters(goal_count=1)
    staff_page.goto("/prompt-sets/plain/")
    staff_page.get_by_role("combobox", name="Study").select_option(study.slug)
    staff_page.get_by_role("combobox", name="Persona").select_option("Coriolanus")
    expect(staff_page.get_by_text("the character’s system text").first).to_be_visible()
    staff_page.get_by_role("combobox", name="Elicitation of a character").select_option("few-shot")
    expect(staff_page.get_by_text("the character’s demonstrations")).to_have_count(2)
    check_page_in_both_sizes(staff_page, "preview of a character")
