"""A participant's path in a browser, without the chat: from the welcome page to the completion code or another ending."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from collection.models import Participant, Recruitment
from studies.models import Study
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.chat.way import PHONE
from tests.browser.complaints import Complaints
from tests.collection.factories import make_open_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MODELS_FILE = Path(__file__).parents[1] / "data" / "scripted_models.toml"
CHOSEN = {
    "Age Range": "25 to 34",
    "Race": "Other",
    "Gender": "Female",
    "Education": "Doctoral degree",
    "Is English your native language": "Prefer not to say",
}
State = Participant.State
REFUSALS = ("status of 422 .*/form/$", "status of 403 .*/s/demo/$", "status of 404 .*/s/nowhere/$")
"""What the browser says of the stops that refuse something."""


@pytest.fixture(autouse=True)
def study(settings: Settings) -> Study:
    settings.MODELS_FILE = MODELS_FILE
    study = make_open_study()
    study.outcomes.create(
        kind="completed", code="C0FFEE", redirect_url="https://app.prolific.com/submissions?cc=C0FFEE"
    )
    return study


def consent(page: Page) -> None:
    page.goto("/s/demo/")
    page.get_by_role("button", name="I agree to take part").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")


def answer(page: Page, **changes: str) -> None:
    for label, option in (CHOSEN | changes).items():
        page.get_by_label(label, exact=True).select_option(option)
    page.get_by_role("button", name="Continue").click()


def finish(page: Page) -> None:
    """Mark all goals as finished."""
    Participant.objects.update(state=State.FINISHED)
    page.goto("/s/demo/end/")


def stops(page: Page) -> Iterator[str]:
    """Visit every step of the path in turn, and yield its name as soon as its page, not the one before, is there."""
    page.goto("/s/demo/")
    yield "welcome"
    consent(page)
    yield "form"
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "form with errors"
    answer(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do")
    yield "instruction"
    page.goto("/s/demo/")
    yield "welcome back"
    page.goto("/s/demo/withdraw/")
    yield "withdraw"
    finish(page)
    yield "end"
    page.goto("/s/demo/withdraw/")
    page.get_by_role("button", name="Withdraw and delete my data").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Withdrawn")
    yield "withdrawn"
    page.context.clear_cookies()
    Recruitment.objects.update(seats=0)
    page.goto("/s/demo/")
    yield "full"
    page.goto("/s/nowhere/")
    yield "unknown study"


def test_from_the_welcome_page_to_the_instruction_and_the_code(page: Page) -> None:
    consent(page)
    answer(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do")
    expect(page.get_by_text("What will you prompt the chatbot to accomplish your goal?")).to_be_visible()
    assert Participant.objects.get().state == State.ACTIVE
    finish(page)
    expect(page.get_by_label("Your completion code")).to_have_value("C0FFEE")
    expect(page.get_by_role("link", name="Return to app.prolific.com")).to_be_visible()


def test_errors_take_the_focus_and_lead_to_their_questions(page: Page, complaints: Complaints) -> None:
    complaints.expect("status of 422 .*/form/$")
    consent(page)
    page.get_by_label("Age Range").select_option("25 to 34")
    page.get_by_role("button", name="Continue").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("4 answers are missing")
    summary.get_by_role("link", name="Choose an answer for “Gender”.").click()
    expect(page.get_by_label("Gender")).to_be_focused()
    expect(page.get_by_label("Gender")).to_have_accessible_description("Choose an answer for “Gender”.")
    expect(page.get_by_label("Age Range")).to_have_value("25 to 34")


def test_the_whole_way_to_the_instruction_by_keyboard_alone(page: Page) -> None:
    page.goto("/s/demo/")
    page.keyboard.press("Tab")  # the link that skips to the content
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    page.get_by_label("Age Range").focus()
    for label in CHOSEN:
        expect(page.get_by_label(label)).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do")


def test_the_personal_link_can_be_copied_and_resumes_in_another_browser(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    consent(page)
    answer(page)
    arrive(page, "What to do")
    page.get_by_role("button", name="Copy your personal link").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    page.context.clear_cookies()
    page.goto("/s/demo/start/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do")


def test_a_browser_that_gives_pages_no_clipboard_copies_the_old_way(page: Page) -> None:
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })")
    consent(page)
    answer(page)
    arrive(page, "What to do")
    page.get_by_role("button", name="Copy your personal link").click()
    expect(page.get_by_role("status")).to_have_text("Copied")


def test_a_double_click_on_the_button_enrols_once_and_keeps_full_access(page: Page) -> None:
    page.goto("/s/demo/?PROLIFIC_PID=5f3a")
    page.get_by_role("button", name="I agree to take part").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    assert Participant.objects.count() == 1
    page.goto("/s/demo/withdraw/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Withdraw from the study?")


def test_withdrawing_asks_first_and_gives_a_receipt(page: Page) -> None:
    consent(page)
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("link", name="Keep taking part").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw and delete my data").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Withdrawn")
    expect(page.get_by_label("Your receipt")).to_have_value(Participant.objects.get().receipt)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Withdrawn")


def test_every_page_fits_a_phone_and_violates_no_rule_of_wcag_aa(page: Page, complaints: Complaints) -> None:
    complaints.expect(*REFUSALS)
    page.set_viewport_size(PHONE)
    for name in stops(page):
        check_page_in_both_sizes(page, name)
