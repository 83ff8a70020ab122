"""The chat page meets WCAG 2.1 AA in all states, on a phone and on a laptop, in both colour schemes."""

import pytest
from playwright.sync_api import expect

from tests.browser.both_sizes import assert_accessible_in_both_sizes
from tests.browser.chat.way import Chat, ask, running, say
from tests.browser.complaints import OFFLINE, Complaints

pytestmark = pytest.mark.browser


def test_idle_before_going_on_and_without_a_connection(chat: Chat, complaints: Complaints) -> None:
    complaints.expect(OFFLINE)
    page = chat("hostile")
    assert_accessible_in_both_sizes(page, "nothing said")
    ask(page, "Show me.")
    assert_accessible_in_both_sizes(page, "a reply that scrolls sideways")
    page.get_by_role("button", name="Next goal …").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible_in_both_sizes(page, "before going on")
    page.get_by_role("button", name="Stay with this goal").click()
    page.context.set_offline(True)
    say(page, "Are you there?")
    expect(page.get_by_text("Connection lost")).to_be_visible()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    assert_accessible_in_both_sizes(page, "an unsent message")
    page.close()  # it goes on trying to reconnect


def test_while_a_reply_streams(chat: Chat) -> None:
    page = chat("patient")
    say(page, "Count, please.")
    expect(running(page)).to_contain_text("One")
    assert_accessible_in_both_sizes(page, "a reply in progress")
    assert running(page).count() == 1


def test_when_the_chatbot_has_failed(chat: Chat) -> None:
    page = chat("mute")
    say(page, "Say something.")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    assert_accessible_in_both_sizes(page, "a reply that failed")


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
