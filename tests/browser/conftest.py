"""A headless Chromium, and pages in it that fail the test when anything on them goes wrong."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.complaints import Complaints
from tests.factories import PASSWORD, make_staff
from tests.services.binaries import find_binary

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000
"""Milliseconds for what a page should do by itself, on a machine that is busy with other tests."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium; without it the tests are skipped, or fail where REQUIRE_SERVICES=1 promises it.

    Playwright keeps an event loop in this thread, which Django would take for asynchronous code, and pytest's own
    asynchronous tests for a rival: it must be gone when the module is done.
    """
    path = find_binary("chromium")
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Complaints:
    """What the consoles of the test's pages complain about; what opens them checks at the end that it was expected."""
    return Complaints()


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, complaints: Complaints) -> Iterator[Page]:
    """A page of somebody who is not logged in; what its console complains about fails the test."""
    context = chromium.new_context(base_url=live_server.url)
    complaints.listen(context)
    yield context.new_page()
    context.close()
    complaints.assert_expected()


@pytest.fixture
def staff_page(page: Page) -> Page:
    """A page of somebody who has just logged in through the login form."""
    user = make_staff()
    page.goto("/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Studies")
    return page
