"""People who withdraw disappear from analyses at once: from pages, from files, and from analyses in progress."""

from collections.abc import Iterator

import pytest
from django.test import Client, TestCase

from analysis.models import Report, ReportFile
from analysis.reporting.portfolio import Portfolio
from analysis.study import study_analysis
from analysis.study.reports import request_report
from collection.models import Participant
from evaluation.models import Evaluator
from studies.models import Study
from tests.analysis.study.factories import keep_report, make_judged_evaluation
from tests.analysis.working import work_off_reports
from tests.collection.factories import enrol_participant
from tests.enrolment.people import withdraw
from tests.factories import make_staff, make_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]
PAGE = "/studies/demo/analysis/"


@pytest.fixture
def study() -> Study:
    return make_judged_evaluation().study


@pytest.fixture
def participant(study: Study) -> Participant:
    participant = Participant.objects.filter(study=study, persona__isnull=False).first()
    return participant or enrol_participant(study)


def leave(participant: Participant) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        withdraw(participant)


def test_a_participant_takes_the_analysis_along(study: Study, participant: Participant) -> None:
    staff = Client()
    staff.force_login(make_staff())
    report = keep_report(study)
    assert "Data sources" in staff.get(PAGE).text
    leave(participant)
    assert not Report.objects.exists()
    assert not ReportFile.objects.exists()
    assert "Data sources" not in staff.get(PAGE).text
    assert staff.get(f"{PAGE}files/{report.token}/results.json").status_code == 404


def test_an_evaluator_takes_it_along(study: Study) -> None:
    keep_report(study)
    with TestCase.captureOnCommitCallbacks(execute=True):
        withdraw(Evaluator.objects.get(evaluation__study=study, number=1))
    assert not Report.objects.exists()
    assert not ReportFile.objects.exists()


def test_those_of_other_studies_stay(study: Study, participant: Participant) -> None:
    other = Report.objects.create(study=make_study("other"), fingerprint="other", state=Report.State.FINISHED)
    keep_report(study)
    leave(participant)
    assert list(Report.objects.all()) == [other]


def test_one_that_is_under_way_is_stopped(
    study: Study, participant: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw_and_make(portfolio: Portfolio) -> Iterator[tuple[str, bytes]]:
        leave(participant)
        yield "results.json", b"{}"  # a worker that was about to store does so after the report has gone

    monkeypatch.setattr(study_analysis, "files_of", withdraw_and_make)
    request_report(study)
    work_off_reports()
    assert not Report.objects.exists()
    assert not ReportFile.objects.exists()
