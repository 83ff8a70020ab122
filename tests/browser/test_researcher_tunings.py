"""A researcher tunes a model in a browser and sees its loss fall."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from characters import tasks
from characters.models import Benchmark, BenchmarkRow
from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.complaints import Complaints
from tests.characters.tuning.rows import write_models
from tests.factories import make_character
from tests.rolellm.tuning.bases import ANSWERS, QUESTIONS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def site(tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR, settings.MODELS_FILE = tmp_path / "var", write_models(tmp_path)
    benchmark = Benchmark.objects.create(name="Two roles")
    for position, (role, question) in enumerate(product(ANSWERS, QUESTIONS)):
        BenchmarkRow.objects.create(
            benchmark=benchmark,
            position=position,
            split="instruction",
            part="general",
            use="train",
            role=role,
            question=question,
            references=[ANSWERS[role]],
        )
    for name in ANSWERS:
        make_character(name, rounds=0, description=f"You are {name}.", catchphrases=[])


def test_a_tuning_is_requested_followed_and_finished(staff_page: Page, complaints: Complaints) -> None:
    complaints.expect("status of 422 .*/new-tuning/$", "^htmx:(afterRequest|sendError|sendAbort)")
    staff_page.goto("/tunings/")
    expect(staff_page.get_by_text("No tunings yet.")).to_be_visible()
    staff_page.get_by_role("link", name="Start tuning").click()
    staff_page.get_by_label("Name", exact=True).fill("nobles")
    staff_page.get_by_role("button", name="Start tuning").click()
    expect(staff_page.get_by_text("Choose a base model.")).to_be_visible()
    check_page_in_both_sizes(staff_page, "new tuning")
    staff_page.get_by_role("radio", name="base").check()
    staff_page.get_by_role("checkbox", name="Two roles").check()
    for label, value in (("Epochs", "10"), ("Learning rate", "0.01"), ("Input tokens", "1000")):
        staff_page.get_by_label(label).fill(value)
    staff_page.get_by_role("button", name="Start tuning").click()
    expect(staff_page.get_by_text("nobles starts as soon as a worker is free.")).to_be_visible()
    expect(staff_page.get_by_text("The curve appears after the first step.")).to_be_visible()
    staff_page.get_by_role("button", name="Pause tuning").click()
    expect(staff_page.get_by_text("nobles is paused.")).to_be_visible()
    staff_page.get_by_role("button", name="Resume tuning").click()
    expect(staff_page.get_by_role("button", name="Pause tuning")).to_be_visible()
    beside_the_browser(tasks.tune)
    expect(staff_page.get_by_text("10 of 10 steps")).to_be_visible()
    expect(staff_page.get_by_role("img", name="Loss by step")).to_be_visible()
    expect(staff_page.get_by_text("rocit export")).to_be_visible()
    check_page_in_both_sizes(staff_page, "tuning")
    staff_page.get_by_role("link", name="Tuning", exact=True).click()
    expect(staff_page.get_by_role("cell", name="finished")).to_be_visible()
    check_page_in_both_sizes(staff_page, "tunings")
