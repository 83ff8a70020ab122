"""Each computation is done once, by the worker that holds the lease, and a failure does not affect the others."""

from threading import Event

import pytest
from django.utils import timezone

from analysis.models import Report
from analysis.study.reports import REPORTS
from jobs.workers import Hopeless
from studies.models import Study
from tests.analysis.working import work_off
from tests.factories import make_study
from tests.simulation.scripts import stop_after

pytestmark = pytest.mark.django_db
State = Report.State


@pytest.fixture
def study() -> Study:
    return make_study()


def make_report(study: Study, name: str, **fields: object) -> Report:
    return Report.objects.create(study=study, fingerprint=name, state=State.RUNNING, is_queued=True, **fields)


def compute(report: Report, worker: str, _stopping: Event) -> None:
    """Finish at once, except for items with these names."""
    if report.fingerprint == "goes wrong":
        raise ZeroDivisionError
    if report.fingerprint == "has no data":
        raise Hopeless("There is nothing to analyse.")
    if report.fingerprint == "cancelled meanwhile":
        REPORTS.cancel(report)
        REPORTS.store(report, worker, step="too late")
    REPORTS.finish(report, worker, timezone.now())


def test_an_unexpected_failure_is_reported_and_affects_no_other(study: Study, caplog: pytest.LogCaptureFixture) -> None:
    broken, other = make_report(study, "goes wrong"), make_report(study, "goes well")
    work_off(REPORTS, compute)
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.has_failed, other.state) == (True, State.FINISHED)
    assert broken.message == "Unexpected ZeroDivisionError. See the worker's log."
    assert "ZeroDivisionError" in caplog.text


def test_what_cannot_be_computed_says_why_and_can_be_requested_again(study: Study) -> None:
    report = make_report(study, "has no data")
    work_off(REPORTS, compute)
    report.refresh_from_db()
    assert (report.has_failed, report.message) == (True, "There is nothing to analyse.")
    REPORTS.queue(report)
    Report.objects.update(fingerprint="has data")
    work_off(REPORTS, compute)
    report.refresh_from_db()
    assert (report.state, report.message) == (State.FINISHED, "")


def test_a_worker_takes_over_from_one_that_is_gone(study: Study) -> None:
    report = make_report(study, "taken over", worker="gone", leased_until="2020-01-01T00:00:00Z")
    work_off(REPORTS, compute)
    report.refresh_from_db()
    assert (report.state, report.worker, report.leased_until) == (State.FINISHED, "", None)


def test_nobody_takes_what_another_worker_has_in_hand(study: Study) -> None:
    report = make_report(study, "in hand", worker="another", leased_until="2999-01-01T00:00:00Z")
    work_off(REPORTS, compute, should_stop=stop_after(5))
    report.refresh_from_db()
    assert (report.state, report.worker) == (State.RUNNING, "another")


def test_a_worker_that_lost_the_lease_stores_nothing(study: Study) -> None:
    report = make_report(study, "cancelled meanwhile")
    work_off(REPORTS, compute)
    report.refresh_from_db()
    assert (report.state, report.step) == (State.CANCELLED, "")
