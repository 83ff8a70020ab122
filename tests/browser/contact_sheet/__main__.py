"""Look at every page: ``python -m tests.browser.contact_sheet FOLDER [--only PATTERN]``.

Each page must fit a phone, a tablet and a laptop, and violate no rule of accessibility in light and dark colours; the exit
status is 1 if one does not. The folder gets a screenshot of each page in each window, and one image of all for each window.
Change nothing in ``static/`` meanwhile: the server would send pages without their style.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.accessibility import assert_accessible, assert_fits, open_all
from tests.browser.chat.site import Site
from tests.browser.contact_sheet.sheets import Window, draw_sheet
from tests.installation import Installation
from tests.services.binaries import find_chromium

WINDOWS = (
    Window("phone", 360, 740, "light"),
    Window("tablet", 768, 1024, "dark"),
    Window("laptop", 1280, 800, "light"),
)
FILL = """
from tests.browser.contact_sheet.data import fill
from tests.browser.contact_sheet.people import make_people
links = {"session": [fill()]} | make_people()
"""
LIST = "import json; from tests.browser.contact_sheet.data import addresses; print(json.dumps(addresses({!r})))"


@dataclass(frozen=True, slots=True)
class Sight:
    """A page: what it is called, the addresses that a new browser opens to get there, and the session of who sees it."""

    name: str
    way: list[str]
    session: str = ""


def main() -> int:
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        site = Site.create(Installation(Path(data)), FILL)
        sights = [one for one in _sights(site) if options.only.search(one.name)]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        with site.serve():
            complaints = sum(_look_at_all(browser, site.url, sights, window, options.folder) for window in WINDOWS)
    for window in WINDOWS:
        draw_sheet(options.folder, window, [one.name for one in sights])
    print(f"{len(sights)} pages in {len(WINDOWS)} windows, {complaints} complaints")
    return int(bool(complaints))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.contact_sheet", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="addresses that match this pattern")
    return parser.parse_args()


def _sights(site: Site) -> Iterator[Sight]:
    """Yield what researchers see, and then what people without an account see."""
    ways = dict(site.links)
    [session] = ways.pop("session")
    for address in json.loads(site.installation.evaluate(LIST.format(session))):
        yield Sight(address, [address], session)
    for name, way in ways.items():
        yield Sight(name, way)


def _look_at_all(browser: Browser, url: str, sights: Sequence[Sight], window: Window, folder: Path) -> int:
    """Look at the pages in one window, each in a new browser, and return how many complaints that printed."""
    complaints = 0
    for sight in sights:
        page = _open(browser, url, sight.session, window)
        with closing(page.context):
            for complaint in _look(page, sight, window, folder):
                print(complaint, flush=True)
                complaints += 1
    return complaints


def _open(browser: Browser, url: str, session: str, window: Window) -> Page:
    context = browser.new_context(
        base_url=url, viewport=window.size, color_scheme=window.scheme, reduced_motion="reduce"
    )
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    context.set_default_timeout(120_000)
    return context.new_page()


def _look(page: Page, sight: Sight, window: Window, folder: Path) -> Iterator[str]:
    """Take a screenshot of the page, and yield what is wrong with it."""
    try:
        for address in sight.way:
            page.goto(address)
        page.wait_for_load_state("networkidle")
        _take(page, window.path(folder, sight.name))
        open_all(page)
        assert_fits(page)
        assert_accessible(page)
    except Exception as error:  # the others are looked at, too
        yield f"{sight.name}, {window.name}: {str(error)[:2000]}"


def _take(page: Page, path: Path) -> None:
    """Take a screenshot of the page in a window of its height, where a bar at the bottom covers nothing in the middle."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": size["width"], "height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=path, full_page=True, animations="disabled")
    page.set_viewport_size(size)


if __name__ == "__main__":
    sys.exit(main())
