"""Tests share the window of a browser, but nothing that a page leaves in it."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LEAVE = "() => { localStorage.draft = sessionStorage.draft = 'Hello'; document.cookie = 'visited=yes' }"
LEFT = """() => [localStorage.length, sessionStorage.length, document.cookie, navigator.onLine,
    matchMedia('(prefers-color-scheme: dark)').matches]"""


@pytest.mark.parametrize("visitor", ["first", "second"])
def test_a_page_finds_nothing_of_the_test_before(page: Page, visitor: str) -> None:
    page.goto("/static/copy.js")
    assert page.evaluate(LEFT) == [0, 0, "", True, False]
    assert page.viewport_size == {"width": 1280, "height": 720}
    page.evaluate(LEAVE)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    page.context.new_page()
    assert len(page.context.pages) == 3, "the page, the new one, and the idle one of the window"
    page.context.set_offline(True)
