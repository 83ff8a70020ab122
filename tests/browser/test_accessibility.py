"""The checks of pages find what is wrong, although they compute the contrast of each look only once."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import check_page_in_both_sizes

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>body {{ background: #fff; color: #222 }} @media (prefers-color-scheme: dark) {{ .dark {{ color: #ddd }} }}</style>
<main><h1>A page</h1><p>Text.</p><p>More <a href="/">text</a>.</p>{}</main>"""
PALE = '<p style="color: #bbb">Pale.</p>'
COVER = '<div style="position: absolute; width: 100%; height: 9rem; background: #fff; left: 0; bottom: 0"></div>'


def test_what_is_wrong_is_found_beside_and_after_pages_that_hold(page: Page) -> None:
    page.set_default_timeout(5_000)  # a page that is too wide stays so
    page.set_content(PAGE.format(""))
    check_page_in_both_sizes(page, "a page that holds")
    for wrong, found in (
        (PALE, "color-contrast"),
        (f'<div style="background: #444">{PALE.replace("#bbb", "#222")}</div>', "color-contrast"),
        ('<p class="dark">Pale on white in the dark.</p>', "dark.*color-contrast"),
        (f'{PALE}<div style="height: 200rem"></div>{PALE}{COVER}', "color-contrast"),
        ('<p>See <a href="/" style="color: #333; text-decoration: none">this</a>.</p>', "link-in-text-block"),
        ("<label>Name</label><input>", "label"),
        ('<a href="/" style="font-size: 5px">1</a><a href="/" style="font-size: 5px">2</a>', "target-size"),
        ('<div style="width: 500px">Wide.</div>', "scrolls sideways"),
    ):
        page.set_content(PAGE.format(wrong))
        with pytest.raises(AssertionError, match=re.compile(found, re.DOTALL)):
            check_page_in_both_sizes(page, "a page that does not")
