"""A real worker that is stopped while a researcher watches its run."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chat.site import Site
from tests.factories import PASSWORD
from tests.installation import MODELS_FILE, Installation
from tests.services.binaries import free_port

pytestmark = [pytest.mark.browser, pytest.mark.waits]
LATEST = 20_000
"""Milliseconds in which the page must say it."""
SENTENCE = "No worker serves asker and answerer: start one with “python manage.py worker --models asker,answerer”."
PREPARE = """
from simulation.requests import RunRequest
from simulation.services import queue_run, request_run
from tests.factories import make_staff, make_study
make_staff()
run = request_run(make_study(), RunRequest("asker", "answerer"))
queue_run(run)
print(run.token)
"""


def slow_models(folder: Path) -> Path:
    """Write the scripted models; the chatbot takes ten minutes for an answer."""
    file = folder / "models.toml"
    answer = 'replies = ["A bear is'
    file.write_text(MODELS_FILE.read_text("utf-8").replace(answer, f"pause = 100\n{answer}", 1), "utf-8")
    return file


def test_a_run_whose_worker_is_stopped_says_so_and_goes_on_with_it(
    chromium: Browser, installation: Installation, tmp_path: Path
) -> None:
    installation.settings["MODELS_FILE"] = str(slow_models(tmp_path))
    installation.migrate()
    token = installation.evaluate(PREPARE)
    site, page = Site(installation, free_port(), {}), chromium.new_page()
    with site.serve(), installation.worker() as worker:
        page.goto(f"{site.url}/runs/{token}/")
        page.get_by_label("Username").fill("researcher")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("#cells tr.running").first).to_be_visible()
        silence = page.get_by_role("alert").filter(has_text=SENTENCE)
        expect(silence).to_have_count(0)
        worker.send_signal(signal.SIGSTOP)
        expect(silence).to_be_visible(timeout=LATEST)
        expect(page.locator("#live .state.failed")).to_have_text("waiting for a worker")
        worker.send_signal(signal.SIGCONT)
        expect(silence).to_have_count(0)
    page.close()
