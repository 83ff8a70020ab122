"""The message box: what sends a message, which text survives, and the typing measures."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chat.site import Site
from tests.browser.chat.way import DESKTOP, PHONE, Chat, OpenPage, ask, box, say, stored

pytestmark = [pytest.mark.browser, pytest.mark.waits]
LIMIT = 8_000
AT_REST = """() => {
    if (window.lastY !== scrollY) [window.lastY, window.since] = [scrollY, performance.now()];
    return performance.now() - window.since > 300;
}"""
"""The page has not scrolled for a moment: a wheel scrolls smoothly."""


def test_enter_sends_unless_it_breaks_a_line_chooses_a_word_or_nothing_is_written(chat: Chat) -> None:
    page = chat("quick")
    before = box(page).evaluate("box => box.offsetHeight")
    say(page, " \n ")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    box(page).fill("")
    choose_a_word(page, "くま", "熊")
    expect(box(page)).to_have_value(re.compile("熊"))
    page.wait_for_timeout(300)
    assert stored(page).count() == 0
    box(page).fill("熊")  # the browser of the tests has no input method that would keep Enter to itself
    for word in ("two", "# three", "<b>__four__</b>"):
        box(page).press("Shift+Enter")
        box(page).press_sequentially(word)
    expect(box(page)).to_have_value("熊\ntwo\n# three\n<b>__four__</b>")
    expect_height(page, f"> {2 * before}")
    box(page).press("Enter")
    expect(stored(page)).to_have_count(1)
    expect(box(page)).to_be_focused()
    expect_height(page, f"=== {before}")
    said = stored(page).locator(".bubble.inquirer .plain-text")
    assert said.evaluate("element => element.innerText") == "熊\ntwo\n# three\n<b>__four__</b>", "as it was typed"


def test_near_the_limit_characters_are_counted_and_what_exceeds_it_stays_in_the_box(chat: Chat) -> None:
    page = chat("quick")
    box(page).fill("a" * 7_000)
    expect(page.locator("#count")).to_be_hidden()
    box(page).fill("🐻" * LIMIT)
    expect(page.get_by_text("8,000 of 8,000 characters")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    box(page).fill("🐻" * (LIMIT + 12))
    expect(page.get_by_text("Characters to remove: 12.")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    box(page).press("Enter")
    page.reload()
    expect(box(page)).to_have_value("🐻" * (LIMIT + 12))
    box(page).evaluate("element => { element.dataset.limit = 100000 }")
    box(page).fill("b" * (LIMIT + 1))
    box(page).press("Enter")
    expect(page.locator("#hint")).to_contain_text("8,000")
    expect(box(page)).to_have_value("b" * (LIMIT + 1))
    expect(stored(page)).to_have_count(0)


def test_a_draft_survives_a_reload_and_follows_to_another_device(chat: Chat, open_page: OpenPage) -> None:
    page = chat("quick")
    box(page).press_sequentially("a thought that takes long")
    page.reload()
    expect(box(page)).to_have_value("a thought that takes long")
    page.wait_for_timeout(800)  # the page tells the server when no key was pressed for a moment
    phone = open_page(viewport=PHONE)
    phone.goto(personal_link(page))
    expect(box(phone)).to_have_value("a thought that takes long")
    box(phone).press("End")
    box(phone).press_sequentially(" to think")
    expect(box(page)).to_have_value("a thought that takes long to think")
    box(phone).press("Enter")
    expect(box(page)).to_have_value("")
    page.reload()
    expect(stored(page)).to_have_count(1)
    expect(box(page)).to_have_value("")


def test_how_a_message_came_about_is_noted(chat: Chat, site: Site) -> None:
    page = chat("quick", permissions=["clipboard-read", "clipboard-write"])
    page.wait_for_timeout(300)
    box(page).press_sequentially("See ", delay=100)
    page.evaluate("navigator.clipboard.writeText('🐻 this')")
    box(page).press("Control+V")
    look_away(page)
    box(page).press_sequentially(" noted")
    box(page).press("Enter")
    expect(stored(page)).to_have_attribute("data-state", "complete")
    notes = (
        "SELECT first_key_seconds, typing_seconds, pastes, pasted_characters, times_hidden, hidden_seconds "
        "FROM collection_typing JOIN collection_turn ON turn_id = collection_turn.id WHERE utterance LIKE '%this noted'"
    )
    [(first_key, typing, pastes, pasted, times_hidden, hidden)] = site.installation.query(notes)
    assert 0.2 < first_key < 60
    assert 0.6 < typing < 60
    assert (pastes, pasted, times_hidden) == (1, 6, 1)
    assert 0.25 < hidden < 60


def test_reading_above_is_not_disturbed(chat: Chat) -> None:
    page = chat("slow", viewport=DESKTOP | {"height": 560})
    say(page, "Count, please. " * 60)
    expect(page.locator("[data-running]")).to_contain_text("One")
    page.get_by_role("button", name="Stop").click()
    expect(stored(page)).to_have_attribute("data-state", "stopped")
    say(page, "And backwards. " * 60)
    expect(page.locator("[data-running]")).to_contain_text("Twenty")
    expect(page.locator("[data-running]")).to_be_in_viewport()
    page.mouse.wheel(0, -600)
    jump = page.get_by_role("button", name="Jump to latest")
    expect(jump).to_be_visible()
    page.wait_for_function(AT_REST)
    above = page.get_by_text("And backwards.").last
    place = top_of(above)
    expect(page.locator("[data-running]")).to_have_count(0)
    assert top_of(above) == pytest.approx(place, abs=2)
    jump.click()
    expect(jump).to_be_hidden()
    expect(page.get_by_text("two one, and done.")).to_be_in_viewport()


def test_on_a_phone_the_goal_is_read_from_its_beginning_and_gives_way_to_the_chat(chat: Chat) -> None:
    page = chat("quick", viewport={"width": 360, "height": 400})
    assert page.evaluate("scrollY") == 0
    ask(page, "What is a bear?")
    expect(page.locator(".the-goal")).to_be_hidden()
    page.get_by_text("What to do").click()
    expect(page.locator(".the-goal")).to_be_in_viewport()
    expect(box(page)).to_be_in_viewport()


def personal_link(page: Page) -> str:
    return page.locator("#footer-link").input_value()


def choose_a_word(page: Page, typed: str, chosen: str) -> None:
    """Compose a word in an input method, in which Enter accepts what is chosen; Safari marks it only by the code of the key."""
    box(page).focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": typed, "selectionStart": 2, "selectionEnd": 2})
    box(page).press("Enter")
    box(page).dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    keyboard.send("Input.insertText", {"text": chosen})


def expect_height(page: Page, comparison: str) -> None:
    """Wait until the box is as tall as its text."""
    page.wait_for_function(f"() => document.activeElement.offsetHeight {comparison}")


def top_of(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"]


def look_away(page: Page) -> None:
    """Pretend that another tab is in front for a moment, because headless Chromium shows all tabs."""
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {configurable: true, get: () => true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    page.wait_for_timeout(300)
    page.evaluate("""() => {
        delete document.hidden;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
