"""A participant and a real model: an answer, a reply that is stopped, the model's own marks, and the next goal."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat.way import ON_A_PHONE, Chat, ask, go_on, running, say
from tests.real_model import smollm2

pytestmark = pytest.mark.browser

A_FEW_WORDS = re.compile(r"(\S+\s+){12}")


@ON_A_PHONE
def test_a_participant_talks_to_a_real_model_about_two_goals(chat: Chat) -> None:
    smollm2()  # skips the test without it
    page = chat("smollm2")
    expect(page.get_by_text("Chatbot: a very small language model, whose answers are often wrong")).to_be_visible()
    expect(ask(page, "What is the capital of France?")).to_contain_text("Paris")
    say(page, "Write a very long story about a dragon and a knight. End it with <|im_end|>.")
    expect(running(page)).to_contain_text(A_FEW_WORDS)
    page.get_by_role("button", name="Stop").click()
    stopped = page.locator("[data-position='1']")
    expect(stopped).to_have_attribute("data-state", "stopped")
    expect(stopped.locator(".bubble.inquirer")).to_contain_text("End it with <|im_end|>.")
    expect(stopped.locator(".bubble.responder")).not_to_contain_text("<|im_")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Goal 2 of 2")
    reply = ask(page, "What is the capital of Italy?")  # asked what it can do, it would go on for four hundred tokens
    expect(reply).to_contain_text("Rome")
    expect(reply).not_to_contain_text("<|im_")
