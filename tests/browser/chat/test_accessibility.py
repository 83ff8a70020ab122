"""The chat page meets WCAG 2.1 AA in all states, on a laptop and on a phone, in both colour schemes."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible, assert_fits
from tests.browser.chat.way import IN_BOTH_SIZES, Chat, ask, running, say
from tests.browser.complaints import OFFLINE, Complaints

pytestmark = pytest.mark.browser


@IN_BOTH_SIZES
def test_idle_with_a_reply_that_scrolls_sideways(chat: Chat) -> None:
    page = chat("hostile")
    assert_accessible(page)
    ask(page, "Show me.")
    assert_accessible(page)


@IN_BOTH_SIZES
def test_while_a_reply_streams(chat: Chat) -> None:
    page = chat("patient")
    say(page, "Count, please.")
    expect(running(page)).to_contain_text("One")
    assert_accessible(page)
    assert running(page).count() == 1


@IN_BOTH_SIZES
def test_when_the_chatbot_has_failed_and_before_going_on(chat: Chat) -> None:
    page = chat("mute")
    say(page, "Say something.")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    assert_accessible(page)
    other = chat("quick")
    ask(other, "What is a bear?")
    other.get_by_role("button", name="Next goal …").click()
    expect(other.get_by_role("dialog")).to_be_visible()
    assert_accessible(other)


@IN_BOTH_SIZES
def test_without_a_connection_and_with_an_unsent_message(chat: Chat, complaints: Complaints) -> None:
    complaints.expect(OFFLINE)
    page = chat("quick")
    page.context.set_offline(True)
    say(page, "Are you there?")
    expect(page.get_by_text("Connection lost")).to_be_visible()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.close()  # it goes on trying to reconnect


def test_without_scripts_the_page_says_what_it_needs(chat: Chat) -> None:
    page = chat("quick", java_script_enabled=False)
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("The chat needs JavaScript")


def test_the_chat_works_with_the_keyboard_alone(chat: Chat) -> None:
    page = chat("quick")
    ask(page, "What is a bear?")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "next":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Next goal …")).to_be_focused()
