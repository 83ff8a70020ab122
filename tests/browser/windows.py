"""The window that the tests of a browser share, and separate ones for more people."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.accessibility import resize
from tests.browser.chat.way import OpenPage
from tests.browser.complaints import Complaints

SHAREABLE = {"viewport", "permissions"}
"""Playwright's options that a page of the shared window can have. All others need a separate one."""


@contextmanager
def share_window(browser: Browser, site: str, complaints: Complaints) -> Iterator[Page]:
    """Lend a page in the window that tests share, and clear what the test leaves there.

    A page's clock belongs to its window and cannot be removed again: install one in a separate window.
    """
    idle = _idle_page(browser, site)
    window = idle.context
    complaints.listen(window)
    yield _open_beside(idle)
    for each in window.pages:
        if each != idle:
            each.close()
    complaints.stop_listening(window)
    window.set_offline(False)
    window.clear_cookies()
    window.clear_permissions()
    idle.evaluate("localStorage.clear()")


@contextmanager
def open_windows(browser: Browser, site: str, complaints: Complaints, size: ViewportSize) -> Iterator[OpenPage]:
    """Lend a function that opens a page for another person; console errors fail the test.

    The first person has the shared window if its options allow that. With ``is_separate``, nobody has it.

    People prefer reduced motion: the dots of a reply in progress would cost more than all that a test does meanwhile.
    """
    with ExitStack() as opened:
        free = [opened.enter_context(share_window(browser, site, complaints))]

        def open_page(*, is_separate: bool = False, **options: Any) -> Page:
            if free and not is_separate and options.keys() <= SHAREABLE:
                page = free.pop()
                page.context.grant_permissions(options.get("permissions", []))
                resize(page, options.get("viewport", size))
                return page
            context = browser.new_context(**{"base_url": site, "viewport": size, "reduced_motion": "reduce"} | options)
            opened.callback(context.close)
            complaints.listen(context)
            return context.new_page()

        yield open_page
    complaints.assert_expected()


@cache
def _idle_page(browser: Browser, site: str) -> Page:
    """Open the shared window, with a page in it that does nothing.

    It keeps alive the process of all pages of the site. Without it each test would start one, which compiles all scripts again.
    """
    page = browser.new_context(base_url=site, reduced_motion="reduce").new_page()
    page.goto("/static/copy.js")
    return page


def _open_beside(idle: Page) -> Page:
    """Open a page in the process of the idle one. Otherwise its first, empty document has a process that soon ends again."""
    with idle.context.expect_page() as opened:
        idle.evaluate("() => { open('about:blank', '_blank', 'noopener') }")
    return opened.value
