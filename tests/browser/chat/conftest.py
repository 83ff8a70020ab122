"""A running site with chatbots that behave as tests need, and people who visit it with a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser.chat.site import Site
from tests.browser.chat.way import DESKTOP, Chat, OpenPage
from tests.browser.complaints import Complaints
from tests.browser.windows import open_windows
from tests.installation import Installation


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run one server for all tests of this process, each with separate participants."""
    site = Site.create(Installation(tmp_path_factory.mktemp("chat") / "var"))
    site.start()
    yield site
    site.stop()


@pytest.fixture
def size() -> ViewportSize:
    """Return the size of the window, unless a test runs in several sizes."""
    return DESKTOP


@pytest.fixture
def open_page(chromium: Browser, site: Site, complaints: Complaints, size: ViewportSize) -> Iterator[OpenPage]:
    """Return a function that opens a page of the site for another person; console errors fail the test."""
    with open_windows(chromium, site.url, complaints, size) as open_page:
        yield open_page


@pytest.fixture
def chat(open_page: OpenPage, site: Site) -> Chat:
    """Return a function that opens a browser for a participant who is about to chat in the study of that name."""
    return lambda study, **options: site.enter(open_page(**options), study)
