"""Where the parts of a page are."""

from playwright.sync_api import Page

BOXES = "(selectors) => selectors.map((one) => document.querySelector(one).getBoundingClientRect().toJSON())"


def boxes(page: Page, *selectors: str) -> list[dict[str, float]]:
    """Measure the first element of each selector, all at once: scripts may replace one between two looks at the page."""
    measured: list[dict[str, float]] = page.evaluate(BOXES, selectors)
    return measured
