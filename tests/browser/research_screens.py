"""Takes the pictures of researchers' pages of judging and of analysis in docs/screens:
``python -m tests.browser.research_screens``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chat.site import Site
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import find_binary

FOLDER = BASE_DIR / "docs" / "screens"
DESKTOP = {"width": 1280, "height": 900}
PASSWORD = "correct horse battery staple"
EVALUATION = """
from random import Random
from evaluation.planning.opening import open_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study, make_judgement, showings_of
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
    for showing in showings_of(evaluator)[: 40 if is_done else 36 - 4 * number]:
        make_judgement(
            showing, detected=random.random() < models[showing.pair.model], active_seconds=random.lognormvariate(4, 0.6),
            confidence=random.choice(["somewhat confident", "confident", "very confident"]),
        )
"""
ANALYSIS = """
from analysis.study.reports import request_report, work_off
from collection.models import Study
from evaluation.rehearsal.loading import load_rehearsal
from tests.factories import make_staff

make_staff()
load_rehearsal()
request_report(Study.objects.get(slug="rehearsal"))
work_off()
"""


def take(folder: Path = FOLDER) -> None:
    """The evaluation while evaluators judge, and the analysis of made-up judgements."""
    with site_of(EVALUATION) as page:
        page.goto("/studies/judged/evaluations/1/")
        page.screenshot(path=folder / "evaluation.png", animations="disabled")
    with site_of(ANALYSIS) as page:
        page.goto("/studies/rehearsal/analysis/")
        page.screenshot(path=folder / "analysis.png", animations="disabled")
        page.get_by_role("link", name="Which models differ").click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / "analysis-models.png", animations="disabled")


@contextmanager
def site_of(studies: str) -> Iterator[Page]:
    """A researcher's page on a site with what the program ``studies`` makes: an evaluation under way, or an analysis."""
    with TemporaryDirectory() as data, sync_playwright() as playwright:
        site = Site.create(Installation(Path(data)), studies)
        browser = playwright.chromium.launch(executable_path=find_binary("chromium"), args=["--no-sandbox"])
        with site.serve():
            page = browser.new_page(base_url=site.url, viewport=DESKTOP)  # type: ignore[arg-type]
            page.goto("/")
            page.get_by_label("Username").fill("researcher")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Studies")
            yield page
        browser.close()


if __name__ == "__main__":
    take()
