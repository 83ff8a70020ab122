"""A researcher loads a benchmark in a browser, lets a model answer it, and reads the scores."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from characters import tasks
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.characters.benchmarks.answers import MODELS_FILE, ROLE_SPLIT, make_benchmark
from tests.factories import make_character

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_answers_and_scores_come_by_themselves_and_violate_no_rule(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    make_benchmark()
    staff_page.goto("/benchmarks/")
    staff_page.get_by_label("Name", exact=True).fill("general")
    staff_page.get_by_label("File").set_input_files(ROLE_SPLIT / "general" / "test.jsonl")
    check_page_in_both_sizes(staff_page, "list")
    staff_page.get_by_role("button", name="Load benchmark").click()
    expect(staff_page.get_by_text("general has been loaded.")).to_be_visible()
    staff_page.get_by_role("navigation", name="Site").get_by_role("link", name="Benchmarks").click()
    staff_page.get_by_role("link", name="roles").click()
    staff_page.get_by_role("combobox", name="Model").select_option("actor")
    staff_page.get_by_role("textbox", name="Roles").fill("Coriolanus")
    staff_page.get_by_role("button", name="Start answering").click()
    expect(staff_page.get_by_text("actor answers as soon as a worker is free.")).to_be_visible()
    beside_the_browser(tasks.answer)
    expect(staff_page.get_by_role("rowheader", name="actor, dialogue").first).to_be_visible()
    expect(staff_page.get_by_role("button", name="Pause answers")).to_have_count(0)
    check_page_in_both_sizes(staff_page, "benchmark")
    staff_page.get_by_role("link", name="Read answers of actor, dialogue").click()
    expect(staff_page.get_by_role("article")).to_have_count(20)
    check_page_in_both_sizes(staff_page, "answers")
    staff_page.get_by_role("link", name="Export as training data").click()
    check_page_in_both_sizes(staff_page, "export")
    with staff_page.expect_download() as download:
        staff_page.get_by_role("button", name="Export data").click()
    assert download.value.suggested_filename.endswith(".zip")
    staff_page.go_back()
    staff_page.get_by_role("link", name="Delete answers").click()
    check_page_in_both_sizes(staff_page, "deletion")
    staff_page.get_by_role("button", name="Delete answers").click()
    expect(staff_page.get_by_text("actor, dialogue has been deleted: 1 answer set")).to_be_visible()


def test_instructions_are_chosen_and_those_left_out_are_read(staff_page: Page, tmp_path: Path) -> None:
    file = tmp_path / "instructions.txt"
    file.write_text("Name three colours.\nName three colours.\nWhat is rain?\n" + "Why " * 200 + "?\n")
    staff_page.goto("/benchmarks/")
    staff_page.get_by_label("Name", exact=True).fill("chosen")
    staff_page.get_by_label("File").set_input_files(file)
    staff_page.get_by_label("Roles").fill("Coriolanus")
    staff_page.get_by_text("Selection of instructions, as in the paper").click()
    staff_page.get_by_label("Number of instructions").fill("3")
    check_page_in_both_sizes(staff_page, "choice")
    staff_page.get_by_role("button", name="Load benchmark").click()
    staff_page.get_by_role("link", name="Read the instructions that were left out").click()
    expect(staff_page.get_by_role("row")).to_have_count(3)
    check_page_in_both_sizes(staff_page, "left out")


def test_elicitations_are_compared_beside_each_other(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    make_character()
    staff_page.goto("/elicitations/")
    staff_page.get_by_label("Question").fill("Will you flatter the people?")
    staff_page.get_by_label("actor").check()
    staff_page.get_by_role("button", name="Ask models").click()
    expect(staff_page.get_by_text("The trial is complete. Nothing was stored.")).to_be_visible()
    expect(staff_page.get_by_role("article")).to_have_count(3)
    check_page_in_both_sizes(staff_page, "elicitations")
