"""Look at every page: ``python -m tests.browser.contact_sheet FOLDER [--only PATTERN]``.

Each page must fit a phone, a tablet and a laptop, and violate no rule of accessibility in light and dark colours; the exit
status is 1 if one does not. The folder gets a screenshot of each page in each window, and one image of all for each window.
Change nothing in ``static/`` meanwhile: the server would send pages without their style.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.accessibility import COLOURS, assert_accessible, assert_fits, assert_holds, open_all
from tests.browser.chat.site import Site
from tests.browser.contact_sheet.sheets import Ways, Window, draw_sheet
from tests.installation import Installation
from tests.services.binaries import find_binary

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
IN_ITS_PLACE = ".sheet > .buttons, .talk .bar, .goal-panel { position: static !important; }"
"""On the image of a whole page a bar that stays in the window would cover what is in the middle."""


def main() -> int:
    options = _options()
    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        site = Site.create(Installation(Path(data)), FILL)
        [session] = site.links.pop("session")
        researchers = {one: [one] for one in json.loads(site.installation.evaluate(LIST.format(session)))}
        browser = playwright.chromium.launch(
            executable_path=find_binary("chromium-headless-shell"), args=["--no-sandbox"]
        )
        with site.serve():
            complaints = 0
            for window in WINDOWS:
                for ways, cookie in ((researchers, session), (site.links, "")):
                    shown = {name: way for name, way in ways.items() if options.only.search(name)}
                    complaints += _look_at_all(browser, site, shown, cookie, window, options.folder)
    names = [name for name in (*researchers, *site.links) if options.only.search(name)]
    for window in WINDOWS:
        draw_sheet(options.folder, window, names)
    print(f"{len(names)} pages in {len(WINDOWS)} windows, {complaints} complaints")
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
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    context.set_default_timeout(120_000)
    return context.new_page()


def _look_at_all(browser: Browser, site: Site, ways: Ways, session: str, window: Window, folder: Path) -> int:
    """Look at the pages in one window, each in a new browser, and return how many complaints that printed."""
    complaints = 0
    for name, way in ways.items():
        page = _open(browser, site, session, window)
        with closing(page.context):
            for complaint in _look(page, name, way, window, folder):
                print(complaint, flush=True)
                complaints += 1
    return complaints


def _look(page: Page, name: str, way: list[str], window: Window, folder: Path) -> Iterator[str]:
    """Take a screenshot of the page to which the way leads, and yield what is wrong with it."""
    try:
        for address in way:
            page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=window.path(folder, name), full_page=True, animations="disabled", style=IN_ITS_PLACE)
        open_all(page)
        assert_fits(page)
        if window.scheme == "dark":
            assert_holds(page, COLOURS)
        else:
            assert_accessible(page)
    except Exception as error:  # the others are looked at, too
        yield f"{name}, {window.name}: {str(error)[:2000]}"


if __name__ == "__main__":
    sys.exit(main())
