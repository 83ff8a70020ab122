"""Requirements for every page: WCAG 2.1 AA in both colour schemes, and no sideways scrolling."""

from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError, ViewportSize

from tests.browser.chat.way import PHONE

ColourScheme = Literal["light", "dark"]
COLOURS = {"color-contrast": "", "link-in-text-block": "a[href]"}
"""The rules about colours, and which elements each is about."""
RULES: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {rule: {"enabled": False} for rule in COLOURS},
}
"""All rules but those about colours, for which axe takes most of its time and which ``colours.js`` checks."""
SIZES: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]},
}
"""What a narrower window may change on pages that show nothing more in it."""
FIND_VIOLATIONS = "async rules => ({ violations: (await axe.run(rules)).violations })"
CHECK_COLOURS = (Path(__file__).parent / "colours.js").read_text("utf-8")
LAZY_AXE = f"""Object.defineProperty(window, "axe", {{
  configurable: true,
  get() {{
    delete window.axe;
    (function () {{ {Axe().axe_script} }}).call(window);
    return window.axe;
  }},
}})"""
"""Runs axe on the pages that are checked. As a script of the page it costs half of what sending it to each does."""
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"
FITS = "width => document.documentElement.scrollWidth <= width"
FITS_IN_A_FRAME = f"""async width => {{
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return ({FITS})(width);
}}"""
"""Lets the scripts of the page see its size before."""
IS_DARK = "() => matchMedia('(prefers-color-scheme: dark)').matches"
DESKTOP: ViewportSize = {"width": 1280, "height": 720}
_held: set[str] = set()
"""The looks of texts, in either colour scheme, whose colours have been checked in this process and hold."""


def check_page_in_both_sizes(page: Page, what: str) -> None:
    """Check that the page, with everything expanded, fits the windows of a phone and of a desktop, and violates no rule.

    On a phone only sizes are checked again, because researchers' pages show nothing there that they do not show on a desktop.
    What does appear there, on the pages of the chat and of judging, has tests of its own on a phone.
    """
    size = page.viewport_size
    assert size
    open_all(page)
    resize(page, PHONE)
    assert_fits(page, f"{what}, phone")
    assert_holds(page, f"{what}, phone", SIZES)
    resize(page, DESKTOP)
    assert_fits(page, what)
    assert_accessible(page, what)
    resize(page, size)


def open_all(page: Page) -> None:
    """Expand everything on the page once it has loaded."""
    page.wait_for_load_state()
    page.evaluate(OPEN_ALL)


def resize(page: Page, size: ViewportSize) -> None:
    """Give the page a window of this size unless it has one."""
    if page.viewport_size != size:
        page.set_viewport_size(size)


def assert_fits(page: Page, what: str = "") -> None:
    """Assert that the page does not scroll sideways, once it has followed a change of its size."""
    assert page.viewport_size
    try:
        if not page.evaluate(FITS_IN_A_FRAME, page.viewport_size["width"]):
            page.wait_for_function(FITS, arg=page.viewport_size["width"])
    except TimeoutError:
        raise AssertionError(f"The page scrolls sideways: {what}") from None


def assert_accessible(page: Page, what: str = "") -> None:
    """Assert that no rule is violated in the page's colour scheme, and none about colours in the other one, which changes only
    colours and in which the page then stays: each change draws it again."""
    assert_holds(page, what, RULES)
    schemes: list[ColourScheme] = ["light", "dark"]
    if page.evaluate(IS_DARK):
        schemes.reverse()
    assert_colours_hold(page, f"{what}, {schemes[0]}")
    page.emulate_media(color_scheme=schemes[1])
    assert_colours_hold(page, f"{what}, {schemes[1]}")


def assert_holds(page: Page, what: str, rules: dict[str, Any]) -> None:
    """Assert that the page violates none of the rules in its current state and size."""
    _assert_no_violations(_ask_axe(page, FIND_VIOLATIONS, rules), what)


def assert_colours_hold(page: Page, what: str = "") -> None:
    """Assert that the contrast of all texts on the page suffices. What has held on another page is not computed again."""
    found = _ask_axe(page, CHECK_COLOURS, [COLOURS, "\n".join(_held)])
    _assert_no_violations(found, what)
    _held.update(found["held"])


def _ask_axe(page: Page, question: str, argument: object) -> dict[str, Any]:
    """Return what the JavaScript function answers, which uses axe. The page gets axe once, and so do those after it.

    At the end of the page its bar of buttons is in its own place, and covers nothing that could be taken for too small.
    """
    asked = f"""argument => {{
      if (!("axe" in window)) return null;
      scrollTo({{ top: document.documentElement.scrollHeight, behavior: "instant" }});
      return ({question})(argument);
    }}"""
    answer = page.evaluate(asked, argument)
    if answer is None:
        page.evaluate(LAZY_AXE)
        page.context.add_init_script(LAZY_AXE)
        answer = page.evaluate(asked, argument)
    return answer  # type: ignore[no-any-return]


def _assert_no_violations(found: dict[str, Any], what: str) -> None:
    results = AxeResults(found)
    assert results.violations_count == 0, f"{what}\n{results.generate_report()}"
