"""Actions of evaluators on the judging page."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from evaluation.models import Evaluator
from tests.enrolment.people import personal_link

Judge = Callable[..., Page]
"""Opens the judging page in a browser of its own, with Playwright's options of a context."""
PAIR = re.compile("/pairs/[^/]+/$")
END = re.compile("/end/$")
IS_STORED = """() => Object.entries(sessionStorage)
  .filter(([key]) => key.startsWith("judging:"))
  .every(([, kept]) => !JSON.parse(kept).isDirty)"""


def open_judge(page: Page, evaluator: Evaluator) -> Page:
    """Open the judging page by the evaluator's personal link."""
    page.goto(personal_link(evaluator))
    expect(page).to_have_url(PAIR)
    page.wait_for_load_state()
    return page


def expect_progress(page: Page, done: int, total: int = 4) -> None:
    """Wait until ``done`` pairs are judged and the page of the next one has loaded with its script."""
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Pair {done + 1} of {total}")
    page.wait_for_load_state()


def choose(page: Page, choice: str = "1st", confidence: str = "Confident") -> None:
    """Choose a dialogue and the confidence."""
    group(page, "Which dialogue is artificial").get_by_role("radio", name=choice).check()
    group(page, "How confident").get_by_role("radio", name=confidence, exact=True).check()


def group(page: Page, question: str) -> Locator:
    return page.get_by_role("group", name=re.compile(question))


def number(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("Which utterance"))


def send(page: Page) -> Locator:
    return page.get_by_role("button", name="Next Dialogue")


def hint(page: Page) -> Locator:
    """What the page says: the sentence, without the link that may follow."""
    return page.locator("#hint span")


def bubble(page: Page, side: str, turn: int, kind: str = "prompt") -> Locator:
    """``side`` is first or second, ``kind`` prompt or answer."""
    return page.locator(f"#{side} [data-number='{turn}'] [data-bubble={kind}]")


def stored_draft(page: Page) -> None:
    """Wait until the server has stored the draft."""
    page.wait_for_function(IS_STORED)
