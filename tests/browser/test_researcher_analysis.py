"""A researcher analyses a study in a browser: requests, follows, reads and downloads the analysis."""

import pickle
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from analysis.models import Report, ReportFile
from analysis.study.reports import last_choice, request_report
from analysis.study.sources import fingerprint
from evaluation.models import Evaluator
from evaluation.planning.opening import close_evaluation
from studies.models import Study
from tests.analysis.study.factories import keep_report
from tests.analysis.working import beside_the_browser, work_off_reports
from tests.browser.accessibility import OPEN_ALL, check_page_in_both_sizes
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)
from tests.factories import make_study
from tests.installation import Installation, made_folder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/studies/demo/analysis/"
KEPT = "report.pickle"
"""The report and the files of ``make_judgements``: to compute them takes longer than all tests here."""
FIELDS = ("token", "code", "state", "shown", "files", "finished_at")


def make_judgements() -> Study:
    """Store four evaluators who disagree about which models they detect."""
    evaluation = make_evaluation(
        make_judged_study(people=4, models=("mixtral", "gpt-4", "vicuna")), title="First round"
    )
    for number in range(4):
        for presentation in presentations_of(make_evaluator(evaluation)):
            detected = None if presentation.position == 5 else (presentation.position + number) % 3 > 0
            make_judgement(presentation, detected=detected, active_seconds=20 + 7 * presentation.position + number)
    close_evaluation(evaluation)
    return evaluation.study


def make_report(study: Study) -> Report:
    """Compute the study's report as a worker does; after the first time, in whichever process, copy that one."""
    computed: list[Report] = []

    def compute(made: Installation) -> None:
        report = request_report(study)
        beside_the_browser(work_off_reports)
        report.refresh_from_db()
        files = [{"name": one.name, "content": one.content} for one in report.stored_files.all()]
        made.var_dir.mkdir()
        (made.var_dir / KEPT).write_bytes(pickle.dumps(({name: getattr(report, name) for name in FIELDS}, files)))
        computed.append(report)

    kept = made_folder("report of make_judgements", make=compute) / KEPT
    if computed:
        return computed[0]
    fields, files = pickle.loads(kept.read_bytes())  # noqa: S301 # this module has written it
    report = Report.objects.create(study=study, fingerprint=fingerprint(study), **fields)
    ReportFile.objects.bulk_create(ReportFile(report=report, **file) for file in files)
    return report


def states(study: Study) -> Iterator[str]:
    """Bring the page's study into one state after another."""
    yield "nothing computed"
    report = request_report(study)
    Report.objects.update(step="model of duration", worker="w", leased_until="2999-01-01T00:00:00Z")
    yield "under way"
    Report.objects.update(
        state=Report.State.PAUSED, message="Something unexpected went wrong: the worker's log says what."
    )
    yield "failed"
    report.delete()
    make_report(study)
    yield "done"
    Report.objects.all().delete()
    keep_report(study)  # the notices above the results are the same, and checking all results takes seconds
    Evaluator.objects.filter(number=1).update(flag="clicked")
    yield "outdated"
    request_report(study)
    yield "under way again"


def test_it_is_asked_for_and_comes_by_itself(staff_page: Page) -> None:
    study = make_judgements()
    staff_page.goto(f"/studies/{study.slug}/evaluations/1/")
    staff_page.get_by_role("link", name="View analysis").click()
    expect(staff_page.get_by_text("Nothing has been computed yet")).to_be_visible()
    staff_page.get_by_role("button", name="Compute analysis").click()
    expect(staff_page.get_by_text("The analysis is waiting for a worker")).to_be_visible()
    Report.objects.update(started_at=None)
    expect(staff_page.get_by_text("python manage.py worker --computing")).to_be_visible()
    make_report(study)
    expect(staff_page.get_by_role("heading", name="Findings")).to_be_visible()
    expect(staff_page.get_by_text("Simulations remained undetected in")).to_be_visible()
    expect(staff_page.get_by_text("up to date")).to_be_visible()
    expect(staff_page.get_by_role("button", name="Compute again")).to_be_visible()


def test_whose_judgements_count_is_chosen_on_the_page(staff_page: Page) -> None:
    study = make_judgements()
    second = make_evaluation(study, title="Second round")
    for presentation in presentations_of(make_evaluator(second)):
        make_judgement(presentation, detected=True)
    keep_report(study)
    staff_page.goto(PAGE)
    staff_page.get_by_text("Choose evaluations").click()
    expect(staff_page.get_by_label("First round (closed, ")).to_be_checked()
    expect(staff_page.get_by_label("Second round (open, ")).not_to_be_checked()
    staff_page.get_by_label("Second round (open, ").check()
    staff_page.get_by_role("button", name="Compute analysis with these evaluations").click()
    expect(staff_page.get_by_text("The analysis is waiting for a worker")).to_be_visible()
    assert last_choice(study) == [1, 2]


def test_the_contents_lead_to_table_10_whose_adjustment_is_chosen_and_paper_cuts_nothing_off(staff_page: Page) -> None:
    make_report(make_judgements())
    staff_page.goto(PAGE)
    staff_page.get_by_role("navigation", name="On this page").get_by_role(
        "link", name="Differences between models"
    ).click()
    expect(staff_page.get_by_role("heading", name="Differences between models")).to_be_in_viewport()
    unadjusted, tukey = (staff_page.get_by_role("heading", name=f"({name})") for name in ("unadjusted", "Tukey"))
    expect(unadjusted).to_be_visible()
    expect(tukey).to_be_hidden()
    staff_page.get_by_role("radio", name="unadjusted").focus()
    staff_page.keyboard.press("ArrowLeft")
    expect(tukey).to_be_visible()
    expect(unadjusted).to_be_hidden()

    staff_page.evaluate(OPEN_ALL)
    width = 718  # of A4 with usual margins
    staff_page.set_viewport_size({"width": width, "height": 1000})
    right = "Math.max(...Array.from(document.querySelectorAll('table, img'), one => one.getBoundingClientRect().right))"
    assert staff_page.evaluate(right) > width, "this data could not show it"
    staff_page.emulate_media(media="print")
    assert staff_page.evaluate(right) <= width
    expect(staff_page.get_by_role("navigation", name="On this page")).to_be_hidden()


def test_a_failed_analysis_can_be_retried(staff_page: Page) -> None:
    study = make_judgements()
    Report.objects.create(
        study=study, fingerprint=fingerprint(study), state=Report.State.PAUSED, message="A disk is full."
    )
    staff_page.goto(PAGE)
    expect(staff_page.get_by_role("alert")).to_contain_text("A disk is full.")
    staff_page.get_by_role("button", name="Try again").click()
    expect(staff_page.get_by_text("The analysis is waiting for a worker")).to_be_visible()


@pytest.mark.computes
def test_in_every_state_it_fits_a_phone_and_violates_no_rule(staff_page: Page) -> None:
    make_study("empty")
    check(staff_page, "/studies/empty/analysis/", "nothing to analyse")
    request_report(make_judged_study("unjudged", people=1))
    beside_the_browser(work_off_reports)
    check(staff_page, "/studies/unjudged/analysis/", "dialogues alone")
    for state in states(make_judgements()):
        check(staff_page, PAGE, state)


def check(page: Page, address: str, state: str) -> None:
    page.goto(address)
    check_page_in_both_sizes(page, state)
    page.goto("about:blank")  # it would load itself again when the state changes, just when the test loads it
