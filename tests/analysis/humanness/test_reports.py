"""The health and fidelity of a run: requested on its page, computed by a worker, kept until the data change."""

from collections.abc import Iterator

import pytest
from django.test import Client, TestCase

from analysis.humanness import run_humanness
from analysis.humanness.reports import fingerprint, report_on, request_report
from analysis.models import HumannessFile, HumannessReport
from analysis.reporting.portfolio import Portfolio
from collection.models import Participant
from simulation.models import Run
from tests.analysis.humanness.factories import compute, keep_report, make_measurable_run
from tests.analysis.working import work_off_humanness
from tests.enrolment.people import withdraw
from tests.factories import make_dialogue, make_run, make_study

pytestmark = pytest.mark.django_db


def leave(run: Run) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        withdraw(Participant.objects.filter(study=run.study)[0])


def test_a_worker_computes_what_the_page_has_requested(staff: Client) -> None:
    run = make_measurable_run()
    page = f"/runs/{run.token}/humanness/"
    older = keep_report(run, fingerprint="of then", shown={})
    assert "Nothing has been computed yet" in staff.get(page).text
    assert "The results are waiting for a worker" in staff.post(page, follow=True).text
    work_off_humanness()
    [report] = HumannessReport.objects.all()
    assert report.state == HumannessReport.State.FINISHED
    assert [one.name for one in report.stored_files.all()] == report.files
    assert {"report.txt", "health.csv", "endings.tex", "fidelity.csv", "fidelity-by-measure.svg"} < set(report.files)
    assert not HumannessFile.objects.filter(report=older.pk).exists()
    shown = staff.get(page).text
    for expected in (
        "<strong>10</strong> simulated, <strong>10</strong> natural (5 people",
        "Distances from people",
        "AUC",
    ):
        assert expected in " ".join(shown.split())
    assert "up to date" in shown
    assert compute(run).shown == report.shown, "the same data give the same numbers"


@pytest.mark.usefixtures("figures_without_images")
def test_without_natural_dialogues_the_page_shows_the_health_and_says_what_is_missing(staff: Client) -> None:
    run = make_run(make_study(), state=Run.State.FINISHED)
    make_dialogue(run.simulations.all()[0])
    compute(run)
    shown = staff.get(f"/runs/{run.token}/humanness/").text
    assert "role flip: the inquirer helps" in shown
    assert "at least 4 people about the same goals; there are 0" in shown
    assert "Distances from people" not in shown


def test_a_run_without_an_ended_dialogue_has_nothing_to_measure() -> None:
    report = compute(make_run(state=Run.State.RUNNING))
    assert report.has_failed
    assert "no ended dialogue yet" in report.message


def test_a_report_in_progress_is_not_requested_twice_and_other_data_need_another() -> None:
    run = make_measurable_run()
    report = request_report(run)
    assert request_report(run) == report_on(run, fingerprint(run)) == report
    run.study.questionnaire[0]["label"] = "How old are you?"
    run.study.save()
    assert report_on(run, fingerprint(run)) is None
    assert request_report(run) != report


def test_further_dialogues_outdate_a_report() -> None:
    run = make_run(make_study(), state=Run.State.RUNNING)
    cells = list(run.simulations.all())
    make_dialogue(cells[0])
    keep_report(run)
    assert report_on(run, fingerprint(run)) is not None
    make_dialogue(cells[1])
    assert report_on(run, fingerprint(run)) is None


def test_a_participant_takes_the_reports_along() -> None:
    run = make_measurable_run()
    keep_report(run)
    leave(run)
    assert not HumannessReport.objects.exists()
    assert not HumannessFile.objects.exists()


def test_a_computation_in_progress_stores_nothing_about_somebody_who_withdraws(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_measurable_run()

    def withdraw_and_make(portfolio: Portfolio) -> Iterator[tuple[str, bytes]]:
        leave(run)
        yield "report.txt", b""

    monkeypatch.setattr(run_humanness, "files_of", withdraw_and_make)
    request_report(run)
    work_off_humanness()
    assert not HumannessReport.objects.exists()
    assert not HumannessFile.objects.exists()
