"""Replies in progress: shown as they arrive, stopped, continued after a reload and in a second tab, and always harmless."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.chat.site import Site
from tests.browser.chat.way import ON_A_PHONE, Chat, ask, box, go_on, running, say, stored

pytestmark = [pytest.mark.browser, pytest.mark.waits]

LAST_WORDS = "nineteen twenty, and done."


@ON_A_PHONE
def test_a_reply_shows_as_it_comes_in_two_tabs_and_after_a_reload(chat: Chat, site: Site, size: ViewportSize) -> None:
    page = chat("slow")
    other = page.context.new_page()
    other.goto(page.url)
    utterance = f"Count for both of us at {size['width']}."  # both sizes may run at one site
    say(page, utterance)
    expect(running(page)).to_contain_text("One two three")
    page.reload()
    for tab in (page, other):
        expect(running(tab)).to_contain_text("One two three")
        expect(tab.get_by_role("button", name="Send")).to_be_hidden()
        expect(tab.get_by_role("button", name="Stop")).to_be_visible()
        expect(tab.locator("#announcement")).to_have_text("The chatbot is writing")
    for tab in (page, other):
        expect(stored(tab)).to_contain_text(LAST_WORDS)
        expect(stored(tab)).to_contain_text(utterance)
        expect(stored(tab)).to_have_count(1)
        expect(stored(tab).locator("strong")).to_have_text("done")
        expect(tab.locator("#announcement")).to_have_text("Reply complete")
        expect(tab.get_by_role("button", name="Send")).to_be_visible()
    tries = (
        f"collection_generation JOIN collection_turn ON turn_id = collection_turn.id WHERE utterance = '{utterance}'"
    )
    assert site.installation.count(tries) == 1


def test_a_chatbot_that_thinks_is_said_to_and_nothing_of_its_thought_is_shown(chat: Chat) -> None:
    page = chat("thinker")
    say(page, "What is a bear?")
    expect(running(page)).to_contain_text("The chatbot is thinking")
    expect(page.locator("#announcement")).to_have_text("The chatbot is thinking")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(running(page)).not_to_contain_text("ecret")
    page.reload()
    expect(running(page)).to_contain_text("The chatbot is thinking")
    expect(stored(page)).to_contain_text("A bear is a large animal.")
    expect(page.locator("body")).not_to_contain_text("ecret")


@ON_A_PHONE
def test_a_reply_that_cannot_be_stored_yet_is_shown_as_being_saved(chat: Chat, site: Site) -> None:
    page = chat("slow")
    say(page, "Count, please.")
    expect(running(page)).to_contain_text("One two three")
    with site.installation.locked():
        expect(running(page)).to_contain_text("The reply is being saved")
        expect(running(page)).to_contain_text("nineteen twenty")
        expect(page.locator("#announcement")).to_contain_text("The reply is being saved")
        expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        box(page).fill("And on")
        box(page).press("Enter")
        expect(page.locator("#hint")).to_have_text("You can send this as soon as the reply has been saved.")
        expect(page.get_by_role("button", name="Send")).to_be_disabled()
    expect(stored(page)).to_contain_text(LAST_WORDS)
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    expect(box(page)).to_have_value("And on")


def test_another_tab_follows_to_the_next_goal_unless_it_would_lose_words_that_were_not_sent(chat: Chat) -> None:
    page = chat("three")
    other = page.context.new_page()
    other.goto(page.url)
    ask(page, "What is a bear?")
    go_on(page)
    for tab in (page, other):
        expect(tab.get_by_role("heading", level=1)).to_have_text("Goal 2 of 3")
    ask(page, "What is a bee?")
    box(other).press_sequentially("A draft")
    expect(box(page)).to_have_value("A draft")
    box(page).press("End")
    box(page).press_sequentially(" that must not be lost")
    expect(box(other)).to_have_value("A draft that must not be lost")
    page.get_by_role("button", name="Next goal …").click()
    expect(page.get_by_role("dialog")).to_contain_text("has not been sent")
    page.get_by_role("dialog").get_by_role("button", name="Next goal").click()
    expect(other.get_by_text("This goal has ended.")).to_be_visible()
    expect(box(other)).to_have_value("A draft that must not be lost")
    other.get_by_role("link", name="continue").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Goal 3 of 3")
    expect(box(other)).to_have_value("")


@ON_A_PHONE
def test_stop_keeps_the_text_so_far(chat: Chat, site: Site) -> None:
    page = chat("slow")
    say(page, "Count until I stop you.")
    expect(running(page)).to_contain_text("One two three")
    page.get_by_role("button", name="Stop").click()
    expect(stored(page)).to_have_attribute("data-state", "stopped")
    expect(stored(page)).to_contain_text("One two three")
    expect(stored(page)).not_to_contain_text("twenty")
    expect(page.get_by_text("You stopped this reply.")).to_be_visible()
    assert "twenty" not in page.locator(".bubble.responder").inner_text()
    response = "SELECT response FROM collection_turn WHERE utterance LIKE '%until I stop%'"
    assert site.installation.query(response)[0][0].startswith("One two three")
    say(page, "And now backwards.")
    expect(running(page)).to_contain_text("Twenty nineteen")


def test_a_chatbot_that_fails_leaves_a_sentence_and_retry_until_there_is_another_message(chat: Chat) -> None:
    page = chat("mute")
    say(page, "Say something.")
    expect(page.locator(".trouble")).to_contain_text(re.compile(r"[A-Z].+\."))
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("button", name="Retry")).to_be_enabled()
    expect(stored(page)).to_have_count(1)
    say(page, "Say anything at all.")
    expect(stored(page)).to_have_count(2)
    expect(stored(page).first).to_have_attribute("data-state", "failed")
    expect(page.get_by_role("button", name="Retry")).to_have_count(1)


@ON_A_PHONE
def test_whatever_a_reply_says_is_harmless_text_and_can_be_copied(chat: Chat) -> None:
    page = chat("hostile", permissions=["clipboard-read", "clipboard-write"])
    title, asked = page.title(), []
    page.on("request", lambda request: asked.append(request.url))
    reply = ask(page, "Rob me.")
    expect(reply).to_contain_text('<script>document.title = "robbed"</script>')
    expect(reply).to_contain_text("<b onclick=")
    expect(reply).to_contain_text('<iframe src="https://example.org/"></iframe>')
    assert reply.locator("script, img, iframe, [onclick], [onerror], a[href^='javascript']").count() == 0
    for name, copied in (
        ("Copy code", '<iframe src="https://example.org/"></iframe>\n'),
        ("Copy reply", "![a picture]"),
    ):
        button = reply.get_by_role("button", name=name)
        button.click()
        expect(button.locator("xpath=following-sibling::*[@role='status']")).to_have_text("Copied")
        assert copied in page.evaluate("navigator.clipboard.readText()")
    page.reload()
    expect(reply).to_contain_text("a picture")
    assert page.title() == title
    assert not [url for url in asked if "example.org" in url]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_the_second_person_in_the_queue_sees_their_position(chat: Chat) -> None:
    first, second, third = (chat("busy") for _ in range(3))
    for page in (first, second, third):
        say(page, "Count, please.")
        expect(running(page)).to_be_visible()
    expect(running(third)).to_contain_text("Messages ahead of yours: 1")
    third.get_by_role("button", name="Stop").click()
    expect(third.get_by_text("You stopped this reply before it began.")).to_be_visible()
    first.get_by_role("button", name="Stop").click()
    expect(running(second)).to_contain_text("One two")


def test_the_last_message_that_a_goal_takes_leads_on(chat: Chat) -> None:
    page = chat("once")
    ask(page, "What is a bear?")
    expect(page.locator("#hint")).to_contain_text("Please continue.")
    box(page).fill("And a bee?")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    expect(page.get_by_role("button", name="Next goal …")).to_have_attribute("aria-disabled", "false")
