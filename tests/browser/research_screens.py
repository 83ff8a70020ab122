"""Take the screenshots of researchers' pages in docs/screens: ``python -m tests.browser.research_screens``."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chat.site import Site
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import find_chromium, free_port

FOLDER = BASE_DIR / "docs" / "screens"
DESKTOP = {"width": 1280, "height": 900}
MINUTE = 60_000
PASSWORD = "correct horse battery staple"
COLLECTING = """
from tests.collection.factories import FEATURES, make_natural_dialogue, make_open_study, make_participant
from tests.factories import make_staff
from django.utils import timezone

make_staff()
study = make_open_study(goal_count=10, frozen_at=timezone.now(), seats=20, quotas={"gender": {"Female": 5, "Male": 5}})

def make(minutes_ago, dialogues=0, **fields):
    participant = make_participant(study, seen_minutes_ago=minutes_ago, **fields)
    for number in range(1, dialogues + 1):
        is_over = number < dialogues or participant.state == "finished"
        make_natural_dialogue(participant, ending="next_goal" if is_over else "")
    return participant

make(0, 2)
make(1, 1, answers=FEATURES | {"gender": "Male"})
make(5, 3)
make(30)
make(200, 10, state="finished")
make(2000, 10, state="finished", answers=FEATURES | {"gender": "Male"})
make(0, 1, answers=FEATURES | {"gender": "Nonbinary"})
make(3000, 2).releases.create(released_at=timezone.now())
make(0, answers=None, state="enrolled")
make(50, answers=None, state="screened_out")
make(70, answers=None, state="withdrawn")
"""
RUN = """
from simulation.requests import RunRequest
from simulation.services import queue_run, request_run
from tests.factories import make_staff, make_study

make_staff()
run = request_run(make_study(goal_count=10, persona_count=20), RunRequest("tiny", "tiny"))
queue_run(run)
print(run.token)
"""
EVALUATION = """
from random import Random
from evaluation.planning.opening import open_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study, make_judgement, presentations_of
from tests.factories import make_staff

random, staff = Random(7), make_staff()
models = {"llama-2-70b": 0.66, "mixtral-8x7b": 0.56, "vicuna-13b": 0.77, "gpt-4": 0.65}
study = make_judged_study("judged", people=8, goals=10, models=tuple(models))
evaluation = make_evaluation(
    study, state="planned", opened_at=None, title="First round", pairs_per_evaluator=40, judges_per_pair=2
)
make_evaluation(study, state="planned", opened_at=None, title="Second round", pairs_per_evaluator=20, training_pairs=2)
open_evaluation(evaluation)
for number in range(9):
    is_done = number < 5
    evaluator = make_evaluator(
        evaluation, state="finished" if is_done else "judging", seen_minutes_ago=(60 - 7 * number) if is_done else 9 - number,
        flag="failed 2 of 2 attention checks" if number == 1 else "",
    )
    for presentation in presentations_of(evaluator)[: 40 if is_done else 36 - 4 * number]:
        make_judgement(
            presentation, detected=random.random() < models[presentation.pair.model],
            active_seconds=random.lognormvariate(4, 0.6),
            confidence=random.choice(["somewhat confident", "confident", "very confident"]),
        )
"""
ANALYSIS = """
from analysis.study.reports import request_report
from studies.models import Study
from evaluation.rehearsal.loading import load_rehearsal
from tests.analysis.working import work_off_reports
from tests.factories import make_staff

make_staff()
load_rehearsal()
request_report(Study.objects.get(slug="rehearsal"))
work_off_reports()
"""


def take(folder: Path = FOLDER) -> None:
    """Take screenshots of a collecting study, a run in progress, an open evaluation, and an analysis of synthetic
    judgements."""
    with site_of(COLLECTING) as page:
        page.set_viewport_size({"width": 1280, "height": 1320})
        page.goto("/studies/demo/collecting/")
        page.screenshot(path=folder / "collecting.png", animations="disabled")
    with site_of_a_run() as page:
        expect(page.locator("#live .headline strong")).to_have_text(re.compile("1.."), timeout=10 * MINUTE)
        page.screenshot(path=folder / "run.png", animations="disabled")
    with site_of(EVALUATION) as page:
        page.goto("/studies/judged/evaluations/1/")
        page.screenshot(path=folder / "evaluation.png", animations="disabled")
    with site_of(ANALYSIS) as page:
        page.goto("/studies/rehearsal/analysis/")
        page.screenshot(path=folder / "analysis.png", animations="disabled")
        page.get_by_role("link", name="Differences between models", exact=True).click()
        page.locator("figure img").evaluate_all(
            "images => Promise.all(images.map((image) => { image.loading = 'eager'; return image.decode(); }))"
        )
        page.screenshot(path=folder / "analysis-models.png", animations="disabled")


@contextmanager
def site_of(studies: str) -> Iterator[Page]:
    """Yield a researcher's page on a site with the data that the program ``studies`` creates."""
    with TemporaryDirectory() as data, logged_in(Site.create(Installation(Path(data)), studies)) as page:
        yield page


@contextmanager
def site_of_a_run() -> Iterator[Page]:
    """Open the page of a run in progress with the embedded model as both speakers."""
    with TemporaryDirectory() as data:
        installation = Installation(Path(data), {"MODELS_FILE": str(BASE_DIR / "models.toml")})
        installation.migrate()
        token = installation.evaluate(RUN)
        with logged_in(Site(installation, free_port(), {})) as page, installation.worker():
            page.goto(f"/runs/{token}/")
            yield page


@contextmanager
def logged_in(site: Site) -> Iterator[Page]:
    """Serve the site and yield a researcher's page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        with site.serve():
            page = browser.new_page(base_url=site.url, viewport=DESKTOP)  # type: ignore[arg-type]
            page.goto("/login/")
            page.get_by_label("Username").fill("researcher")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Studies")
            yield page
        browser.close()


if __name__ == "__main__":
    take()
