"""A headless Chromium with pages that fail the test if an error occurs on them."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.complaints import Complaints
from tests.browser.windows import share_window
from tests.factories import make_staff
from tests.services.binaries import find_chromium

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--process-per-site",
    "--js-flags=--no-turbofan,--no-maglev,--no-flush-bytecode",
]
"""Test pages are so short-lived that optimised code would cost more than it saves."""
PATIENCE = 30_000
"""Milliseconds for what a page should do by itself, on a machine that is busy with other tests."""


@dataclass(frozen=True)
class Started:
    """A browser, and the event loop that Playwright runs in this thread."""

    browser: Browser
    loop: AbstractEventLoop


@pytest.fixture(scope="session")
def started_chromium() -> Iterator[Started]:
    """Start Debian's chromium once per process. Without it, skip the tests, or fail them with REQUIRE_SERVICES=1."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        started = Started(browser, asyncio.get_running_loop())
        asyncio._set_running_loop(None)
        yield started
        asyncio._set_running_loop(started.loop)
        started.browser.close()


@pytest.fixture(scope="module")
def chromium(started_chromium: Started) -> Iterator[Browser]:
    """Return the browser, whose event loop is visible in this thread for one module.

    Django would mistake the loop for asynchronous code, and it would conflict with asynchronous tests, so it must be hidden
    between modules.
    """
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        asyncio._set_running_loop(started_chromium.loop)
        yield started_chromium.browser
        asyncio._set_running_loop(None)


@pytest.fixture
def complaints() -> Complaints:
    """Return the console errors of the test's pages; the fixture that opens pages checks at the end that they were expected."""
    return Complaints()


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, complaints: Complaints) -> Iterator[Page]:
    """Return a page without a login; console errors fail the test."""
    with share_window(chromium, live_server.url, complaints) as page:
        yield page
    complaints.assert_expected()


@pytest.fixture
def staff_page(page: Page, live_server: LiveServer) -> Page:
    """Return the page of a logged-in researcher who has not opened an address yet."""
    client = Client()
    client.force_login(make_staff())
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page
