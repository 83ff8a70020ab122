"""Pages in other languages: Arabic runs from right to left, with words of the interface in English; German is long."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import assert_fits, check_page_in_both_sizes
from tests.browser.boxes import boxes
from tests.browser.chat.arabic import GOAL, MESSAGE
from tests.browser.chat.site import Site
from tests.browser.chat.way import PHONE, OpenPage, ask, enrol

pytestmark = pytest.mark.browser


def check(page: Page, what: str) -> None:
    """Check that the page is Arabic, fits both windows and violates no rule."""
    root = page.locator("html")
    expect(root).to_have_attribute("lang", "ar")
    expect(root).to_have_attribute("dir", "rtl")
    check_page_in_both_sizes(page, f"{what} in Arabic")


def test_a_participant_and_an_evaluator_read_from_right_to_left(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    page.goto("/s/arabic/")
    check(page, "welcome")
    enrol(page, "arabic")
    page.get_by_label("كم عمرك؟").fill("34")
    page.get_by_label("أين تعيش؟").select_option("مصر")
    page.get_by_label("العربية").check()
    page.get_by_label("لماذا تشارك؟").fill("أحب التجارب.")
    check(page, "persona form")
    page.get_by_role("button", name="Continue").click()
    check(page, "instruction")
    assert_reads_as_english(page.get_by_text("Send at least one message."))
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".the-goal")).to_contain_text(GOAL)
    ask(page, MESSAGE)
    said = page.locator("[data-position='0'] .bubble.inquirer .plain-text")
    expect(said).to_have_css("direction", "rtl")
    assert_starts_at_the_right(page)
    check(page, "chat")
    judge = open_page()
    judge.goto(site.links["arabic-judged"].pop())
    expect(judge.locator("#first .bubble .prose").first).to_contain_text(MESSAGE)
    first, second = boxes(judge, "#first", "#second")
    assert first["left"] > second["left"], "the first dialogue is where reading begins"
    check(judge, "judging")


def test_long_words_of_german_fit_a_phone(open_page: OpenPage, site: Site) -> None:
    page = open_page(viewport=PHONE)
    page.goto(site.links["german"].pop())
    button = page.get_by_role("button", name="Nächstes Ziel …")
    expect(button).to_be_in_viewport(ratio=1)
    assert_fits(page, "German chat")


def assert_reads_as_english(sentence: Locator) -> None:
    """Assert that the full stop of an English sentence stands behind its last word, which is at its right."""
    of_last_letter = """element => {
      const range = document.createRange(), text = element.firstChild, at = text.data.trimEnd().length;
      const box = (from) => (range.setStart(text, from), range.setEnd(text, from + 1), range.getBoundingClientRect());
      return [box(at - 2).left, box(at - 1).left];
    }"""
    letter, stop = sentence.evaluate(of_last_letter)
    assert stop > letter


def assert_starts_at_the_right(page: Page) -> None:
    """Assert that a reply, which begins a row, is at the right, and what the participant said at the left."""
    asked, replied = boxes(page, *(f"[data-position='0'] .bubble.{who}" for who in ("inquirer", "responder")))
    assert asked["right"] < replied["right"] - 1
    assert asked["left"] <= replied["left"]
