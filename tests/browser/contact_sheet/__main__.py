"""Look at every researchers' page: ``python -m tests.browser.contact_sheet FOLDER [--only PATTERN]``.

Each page must fit a phone, a tablet and a laptop, and violate no rule of accessibility in light and dark colours; the exit
status is 1 if one does not. The folder gets a screenshot of each page in each window, and one image of all for each window.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.accessibility import COLOURS, LAYOUT, WCAG_AA, assert_fits, assert_holds, open_all
from tests.browser.chat.site import Site
from tests.browser.contact_sheet.sheets import Window, draw_sheet
from tests.installation import Installation
from tests.services.binaries import find_binary

WINDOWS = (
    Window("phone", 360, 740, "light"),
    Window("tablet", 768, 1024, "dark"),
    Window("laptop", 1280, 800, "light"),
)
RULES = {"phone": LAYOUT, "tablet": COLOURS, "laptop": WCAG_AA}
FILL = "from tests.browser.contact_sheet.data import fill; links['session'] = [fill()]\n"
LIST = "import json; from tests.browser.contact_sheet.data import addresses; print(json.dumps(addresses({!r})))"


def main() -> int:
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        site = Site.create(Installation(Path(data)), FILL)
        [session] = site.links["session"]
        shown = [
            one for one in json.loads(site.installation.evaluate(LIST.format(session))) if options.only.search(one)
        ]
        browser = playwright.chromium.launch(
            executable_path=find_binary("chromium-headless-shell"), args=["--no-sandbox"]
        )
        with site.serve():
            pages = [(window, _open(browser, site, session, window)) for window in WINDOWS]
            complaints = sum(_look_at_all(page, shown, window, options.folder) for window, page in pages)
    for window in WINDOWS:
        draw_sheet(options.folder, window, shown)
    print(f"{len(shown)} pages in {len(WINDOWS)} windows, {complaints} complaints")
    return int(bool(complaints))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.contact_sheet", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="addresses that match this pattern")
    return parser.parse_args()


def _open(browser: Browser, site: Site, session: str, window: Window) -> Page:
    context = browser.new_context(
        base_url=site.url, viewport=window.size, color_scheme=window.scheme, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    context.set_default_timeout(120_000)
    return context.new_page()


def _look_at_all(page: Page, addresses: Sequence[str], window: Window, folder: Path) -> int:
    """Look at the pages in one window, and return how many complaints that printed."""
    complaints = 0
    for address in addresses:
        for complaint in _look(page, address, window, folder):
            print(complaint, flush=True)
            complaints += 1
    return complaints


def _look(page: Page, address: str, window: Window, folder: Path) -> Iterator[str]:
    """Take a screenshot of the page, and yield what is wrong with it."""
    try:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=window.path(folder, address), full_page=True, animations="disabled")
        open_all(page)
        assert_fits(page)
        assert_holds(page, RULES[window.name])
    except Exception as error:  # the others are looked at, too
        yield f"{address}, {window.name}: {str(error)[:2000]}"
    finally:
        page.goto("about:blank")


if __name__ == "__main__":
    sys.exit(main())
