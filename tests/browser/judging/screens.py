"""Take the screenshots of the judging page for docs/screens: ``python -m tests.browser.judging.screens``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chat.site import Site
from tests.browser.chat.way import DESKTOP, PHONE
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import find_chromium

FOLDER = BASE_DIR / "docs" / "screens"
EVALUATION = """
from tests.enrolment.people import personal_link
from evaluation.models import Pair
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, make_known_pair, presentations_of
from tests.evaluation.judging.texts import tell

evaluation = make_evaluation()
tell(evaluation)
links["judging"] = []
for _ in range(2):
    evaluator = make_evaluator(evaluation)
    make_judgement(presentations_of(evaluator)[0])
    links["judging"].append(personal_link(evaluator))
"""


def take_all(folder: Path = FOLDER) -> None:
    """The page on a laptop, empty and answered, and on a phone."""
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        site = Site.create(Installation(Path(data)), EVALUATION)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        with site.serve():
            laptop = browser.new_page(base_url=site.url, viewport=DESKTOP)
            _judge(laptop, site, folder)
            handheld = browser.new_page(base_url=site.url, viewport=PHONE, has_touch=True, is_mobile=True)
            _hold(handheld, site, folder)
        browser.close()


def _judge(page: Page, site: Site, folder: Path) -> None:
    page.goto(site.links["judging"].pop())
    _take(page, folder, "judging")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hint")).to_be_visible()
    _take(page, folder, "judging-missing")
    page.keyboard.press("2")
    page.keyboard.press("w")
    page.locator("#second [data-bubble=prompt]").nth(1).click()
    page.emulate_media(color_scheme="dark")
    _take(page, folder, "judging-dark")


def _hold(page: Page, site: Site, folder: Path) -> None:
    page.goto(site.links["judging"].pop())
    page.locator("#show-second").tap()
    page.locator("#second [data-bubble=prompt]").first.tap()
    _take(page, folder, "judging-phone")


def _take(page: Page, folder: Path, name: str) -> None:
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    take_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
