"""A researcher tries a study with its chatbot as a test participant, then deletes the test."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.browser.chat.site import Site
from tests.browser.chat.way import AGREE, OpenPage, answer_form, ask, go_on

pytestmark = pytest.mark.browser
MARK = re.compile("your answers and messages are stored, but count nowhere")


def test_a_researcher_tries_a_study_from_consent_to_the_end_and_deletes_the_test(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page()
    [session] = site.links["session of a researcher"]
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    page.goto("/studies/tried/collecting/")
    page.get_by_role("link", name="Try as a participant").click()
    arrive(page, re.compile("Test participants"))
    page.get_by_role("button", name="Try as a participant").click()
    expect(page.get_by_role("note")).to_contain_text(MARK)
    page.get_by_role("button", name=AGREE).click()
    arrive(page, "About you")
    answer_form(page)
    page.get_by_role("button", name="Begin").click()
    arrive(page, "Goal 1 of 1")
    ask(page, "Is this a test?")
    check_page_in_both_sizes(page, "chat of a test")
    go_on(page, "Finish")
    arrive(page, "About the goal you have just finished")
    page.get_by_label("4", exact=True).check()
    check_page_in_both_sizes(page, "questions of a test")
    page.get_by_role("button", name="Continue").click()
    arrive(page, "Done!")

    page.get_by_role("note").get_by_role("link", name="Test participants").click()
    expect(page.get_by_role("row", name="test-001")).to_contain_text("finished")
    check_page_in_both_sizes(page, "test participants")
    page.get_by_role("link", name="goal 1").click()
    expect(page.get_by_role("note")).to_contain_text("test participants and does not count")
    check_page_in_both_sizes(page, "dialogue of a test")
    page.get_by_role("note").get_by_role("link", name="test participants").click()
    page.get_by_role("button", name="Delete all tests").click()
    expect(page.get_by_text("Nobody has tried the study yet.")).to_be_visible()
