"""A participant with the embedded model: from the study's link to the completion code, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat.site import CODE, Site
from tests.browser.chat.way import ON_A_PHONE, PHONE, Chat, OpenPage, ask, begin, box, go_on, say, stored

pytestmark = [pytest.mark.browser, pytest.mark.waits]
HANDHELD = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


def test_two_goals_lead_to_the_code(open_page: OpenPage) -> None:
    page = begin(open_page(**HANDHELD), "tiny")
    expect(page.get_by_text("Tasks complete 0/2")).to_be_visible()
    expect(page.get_by_text("for trying out the software, not for research")).to_be_visible()
    expect(ask(page, "Hello!")).to_contain_text(re.compile(r"\w"))
    expect(ask(page, "What is a bear?")).to_contain_text(re.compile(r"\w"))
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Goal 2 of 2")
    expect(page.get_by_text("Tasks complete 1/2")).to_be_visible()
    expect(stored(page)).to_have_count(0)
    ask(page, "And what is a bee?")
    go_on(page, "Finish")
    expect(page).to_have_url(re.compile("/end/$"))
    expect(page.get_by_label("Your completion code")).to_have_value(CODE)


def test_the_next_goal_is_locked_until_the_chatbot_has_answered_and_asks_first(chat: Chat) -> None:
    page = chat("slow")
    button = page.get_by_role("button", name="Next goal …")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_accessible_description("Send a message and read the reply before you continue.")
    button.click(force=True)
    expect(page.get_by_role("dialog")).to_be_hidden()
    say(page, "Count, please.")
    expect(button).to_have_accessible_description(re.compile("Wait until the chatbot has answered"))
    expect(button).to_have_attribute("aria-disabled", "false")
    box(page).fill("Something half said")
    button.click(force=True)
    expect(page.get_by_role("dialog")).to_contain_text("has not been sent")
    page.get_by_role("button", name="Stay with this goal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Goal 1 of 2")
    expect(box(page)).to_have_value("Something half said")


@ON_A_PHONE
def test_who_withdraws_leaves_nothing_behind_in_the_browser_either(chat: Chat, site: Site) -> None:
    page = chat("quick")
    ask(page, "A secret about bears")
    box(page).fill("Another secret")
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name=re.compile("Withdraw")).click()
    expect(page).to_have_url(re.compile("/end/$"))
    expect(page.locator("main")).to_contain_text("You have withdrawn")
    page.wait_for_function("() => localStorage.length === 0")  # the script that empties it follows the text of the page
    assert site.installation.count("collection_turn WHERE utterance LIKE '%secret about bears%'") == 0
    page.goto("/s/quick/chat/")
    expect(page).to_have_url(re.compile("/end/$"))
