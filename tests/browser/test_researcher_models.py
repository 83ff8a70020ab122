"""A researcher in a browser examines a model on the page of models."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.analysis.working import beside_the_browser
from tests.browser.accessibility import check_page_in_both_sizes
from tests.studies.test_doctor_command import TALKER
from tests.studies.test_examinations import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_model_is_examined_and_its_report_appears(staff_page: Page, settings: Settings, tmp_path: Path) -> None:
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(TALKER)
    staff_page.goto("/")
    staff_page.get_by_role("link", name="Models").click()
    expect(staff_page.get_by_text("gives 2 scripted replies.")).to_be_visible()
    staff_page.get_by_role("button", name="Test connection to talker").click()
    expect(staff_page.get_by_text("talker answered in")).to_be_visible()
    staff_page.get_by_role("button", name="Examine talker").click()
    expect(staff_page.get_by_text("The examination of talker is waiting for a worker.")).to_be_visible()
    beside_the_browser(work_off)
    expect(staff_page.get_by_text("Use the prompt set plain for the inquirer")).to_be_visible()
    staff_page.get_by_text("Report on talker").click()
    expect(staff_page.get_by_role("cell", name="llama-2-responder")).to_be_visible()
    check_page_in_both_sizes(staff_page, "models")
