"""Participants' actions on their path through a study."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.thoroughness import IS_THOROUGH

OpenPage = Callable[..., Page]
"""Opens a page for another person; accepts the options of a Playwright context."""
Chat = Callable[..., Page]
"""Likewise, for a person who is about to chat in the study given as the first argument."""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
ON_A_PHONE = pytest.mark.parametrize(
    "size", [DESKTOP, PHONE] if IS_THOROUGH else [PHONE], ids=["desktop", "phone"] if IS_THOROUGH else ["phone"]
)
"""Run a test with a phone's window, where everything must be within reach: for what these pages do, which no size changes."""
AGREE = re.compile("I agree")
FIRST_REAL_OPTION = 2
"""Index 0 is the empty choice; 1 is "Under 18" for the age."""


def enrol(page: Page, study: str) -> None:
    """Go from the study's link to the persona form."""
    page.goto(f"/s/{study}/")
    page.get_by_role("button", name=AGREE).click()
    expect(page).to_have_url(re.compile("/form/$"))


def answer_form(page: Page) -> None:
    """Go from the persona form to the instruction."""
    for select in page.get_by_role("combobox").all():
        select.select_option(index=FIRST_REAL_OPTION)
    page.locator("main").get_by_role("button").last.click()
    expect(page).to_have_url(re.compile("/start/$"))


def begin(page: Page, study: str) -> Page:
    """Go from the link to the connected chat of the first goal."""
    enrol(page, study)
    answer_form(page)
    page.get_by_role("button", name=re.compile("Begin|Start")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Goal 1 of"))
    page.wait_for_load_state()  # its script comes last
    return page


def say(page: Page, text: str) -> None:
    """Type a message and send it with Enter, once the page has run its scripts."""
    page.wait_for_load_state()
    box(page).fill(text)
    box(page).press("Enter")


def ask(page: Page, text: str) -> Locator:
    """Send a message, wait for the complete reply, and return it."""
    count = page.locator("[data-position]").count()
    say(page, text)
    turn = page.locator(f"[data-position='{count}']")
    expect(turn).to_have_attribute("data-state", "complete")
    return turn.locator(".bubble.responder")


def go_on(page: Page, button: str = "Next goal") -> None:
    """Confirm the next goal, or the end."""
    page.get_by_role("button", name=f"{button} …").click()
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your message to the chatbot")


def running(page: Page) -> Locator:
    """Return the reply in progress."""
    return page.locator("[data-running]")


def stored(page: Page) -> Locator:
    """Return the turns that the server has stored."""
    return page.locator("[data-position]")
