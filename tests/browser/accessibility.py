"""Requirements for every page: WCAG 2.1 AA in both colour schemes, and no sideways scrolling."""

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError

from tests.browser.chat.way import PHONE

WCAG_AA: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""What a colour scheme may change: it sets only colours."""
LAYOUT: dict[str, Any] = WCAG_AA | {"rules": {"color-contrast": {"enabled": False}}}
"""What the width of a window may change. axe takes most of its time for contrast."""
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"
FITS = "width => document.documentElement.scrollWidth <= width"
DESKTOP = {"width": 1280, "height": 720}


def check_page(page: Page, what: str) -> None:
    """Check that the page, with everything expanded, fits its window, for example a phone's, and violates no rule on a
    desktop."""
    size = page.viewport_size
    assert size
    open_all(page)
    assert_fits(page, what)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert_accessible(page, what)
    page.set_viewport_size(size)


def check_page_in_both_sizes(page: Page, what: str) -> None:
    """Check that the page, with everything expanded, fits the windows of a phone and of a desktop, and violates no rule."""
    open_all(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert_fits(page, f"{what}, phone")
    assert_holds(page, LAYOUT, f"{what}, phone")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert_fits(page, what)
    assert_accessible(page, what)


def open_all(page: Page) -> None:
    """Expand everything on the page once it has loaded."""
    page.wait_for_load_state()
    page.evaluate(OPEN_ALL)


def assert_fits(page: Page, what: str = "") -> None:
    """Assert that the page does not scroll sideways, once it has followed a change of its size."""
    assert page.viewport_size
    try:
        page.wait_for_function(FITS, arg=page.viewport_size["width"])
    except TimeoutError:
        raise AssertionError(f"The page scrolls sideways: {what}") from None


def assert_accessible(page: Page, what: str = "") -> None:
    """Assert that no rule is violated in the light colour scheme, and none about colours in the dark one."""
    page.emulate_media(color_scheme="light")
    assert_holds(page, WCAG_AA, f"{what}, light")
    page.emulate_media(color_scheme="dark")
    assert_holds(page, COLOURS, f"{what}, dark")


def assert_holds(page: Page, rules: dict[str, Any], what: str = "") -> None:
    """Assert that the page violates no rule in its current state, loading axe into it once."""
    # At the end of the page its bar of buttons is in its own place, and covers nothing that could be taken for too small.
    page.evaluate("scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})")
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = AxeResults(page.evaluate("rules => axe.run(rules)", rules))
    assert found.violations_count == 0, f"{what}\n{found.generate_report()}"
