"""Arriving at a page that an action on another one leads to."""

import re

from playwright.sync_api import Page, expect


def arrive(page: Page, heading: str | re.Pattern[str]) -> None:
    """Wait until the page with this heading has run its scripts: buttons may do nothing, or something else, before."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state()
