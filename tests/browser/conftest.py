"""A headless Chromium, and pages in it that fail the test when anything on them goes wrong."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from dataclasses import dataclass
from shutil import which

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.complaints import Complaints
from tests.factories import make_staff
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


@dataclass(frozen=True)
class Started:
    """A browser and the event loop that Playwright keeps in this thread as long as it runs."""

    browser: Browser
    loop: AbstractEventLoop


@pytest.fixture(scope="session")
def started_chromium() -> Iterator[Started]:
    """Debian's chromium, once a process; without it the tests are skipped, or fail where REQUIRE_SERVICES=1 promises it.

    The build without windows does the same with half of the processor's time.
    """
    path = find_binary("chromium-headless-shell" if which("chromium-headless-shell") else "chromium")
    with sync_playwright() as playwright:
        started = Started(playwright.chromium.launch(executable_path=path, args=FLAGS), asyncio.get_running_loop())
        asyncio._set_running_loop(None)
        yield started
        asyncio._set_running_loop(started.loop)
        started.browser.close()


@pytest.fixture(scope="module")
def chromium(started_chromium: Started) -> Iterator[Browser]:
    """The browser, whose loop runs in this thread for one module.

    Django would take the loop for asynchronous code, and pytest's own asynchronous tests for a rival: between modules nobody
    may see it.
    """
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        asyncio._set_running_loop(started_chromium.loop)
        yield started_chromium.browser
        asyncio._set_running_loop(None)


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
def staff_page(page: Page, live_server: LiveServer) -> Page:
    """The first page of somebody who is logged in."""
    client = Client()
    client.force_login(make_staff())
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto("/")
    return page
