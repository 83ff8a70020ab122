"""Pages of people who chat or judge, which show on a phone what they do not show on a laptop, and the other way round."""

from playwright.sync_api import Page

from tests.browser.accessibility import assert_accessible, assert_fits, resize
from tests.browser.chat.way import DESKTOP, PHONE


def assert_accessible_in_both_sizes(page: Page, what: str) -> None:
    """Assert that the page fits the windows of a laptop and of a phone, in which it ends, and violates no rule in either."""
    for name, window in (("laptop", DESKTOP), ("phone", PHONE)):
        resize(page, window)
        assert_fits(page, f"{what}, {name}")
        assert_accessible(page, f"{what}, {name}")
