"""Take the screenshots of participants' pages in docs/screens: ``python -m tests.browser.chat.screens``."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chat.site import Site
from tests.browser.chat.way import DESKTOP, PHONE, answer_form, ask, begin, enrol, go_on, running, say
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import find_chromium

FOLDER = BASE_DIR / "docs" / "screens"
LEASE = 40_000


def take_all(folder: Path = FOLDER) -> None:
    """Take one screenshot per page, and the chat idle, streaming, with an error and on a phone."""
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        site = Site.create(Installation(Path(data)))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(base_url=site.url, viewport=DESKTOP)
        with site.serve():
            _begin(page, folder)
            _chat(page, folder)
            _finish(browser.new_page(base_url=site.url, viewport=DESKTOP), folder)
            _phone(browser.new_page(base_url=site.url, viewport=PHONE), folder)
            say(page, "And with 3 kg of luggage on my back?")
            expect(running(page)).to_contain_text("70 kg")
            page.wait_for_timeout(1200)  # what streams is stored at least every second
        with site.serve():
            expect(page.get_by_role("button", name="Retry")).to_be_visible(timeout=LEASE)
            expect(page.locator("#silence")).to_be_hidden(timeout=LEASE)
            _take(page, folder, "chat-error")
        browser.close()


def _begin(page: Page, folder: Path) -> None:
    page.goto("/s/guide/")
    _take(page, folder, "welcome")
    enrol(page, "guide")
    _take(page, folder, "persona-form")
    answer_form(page)
    page.get_by_role("button", name=re.compile("Begin")).click()
    page.wait_for_load_state()


def _chat(page: Page, folder: Path) -> None:
    ask(page, "How do I calculate my speed for a 50, a 100 and a 200 meter race?")
    _take(page, folder, "chat")
    say(page, "And how many calories did I burn in each of them?")
    expect(running(page)).to_contain_text("7.3 kcal")
    _take(page, folder, "chat-streaming")
    expect(running(page)).to_have_count(0)


def _finish(page: Page, folder: Path) -> None:
    begin(page, "quick")
    ask(page, "What is a bear?")
    go_on(page)
    page.wait_for_load_state()
    ask(page, "And what is a bee?")
    go_on(page, "Finish")
    expect(page).to_have_url(re.compile("/end/$"))
    _take(page, folder, "end")


def _phone(page: Page, folder: Path) -> None:
    begin(page, "guide")
    say(page, "How do I calculate my speed for a 50, a 100 and a 200 meter race?")
    expect(running(page)).to_contain_text("50 m")
    _take(page, folder, "chat-phone")


def _take(page: Page, folder: Path, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=folder / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    take_all()
