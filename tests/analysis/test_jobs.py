"""Jobs are computed once, by whoever holds the lease, and one that goes wrong hinders no other."""

import pytest

from analysis import jobs
from analysis.models import Job, Report
from studies.models import Study
from tests.factories import make_study

pytestmark = pytest.mark.django_db
State = Report.State


@pytest.fixture
def study() -> Study:
    return make_study()


def make_job(study: Study, name: str, **fields: object) -> Report:
    return Report.objects.create(study=study, fingerprint=name, **fields)


def work_off() -> None:
    """Every job is done at once, but for those called so."""
    jobs.work_off(Report, compute, lambda: False)


def compute(job: Job) -> None:
    if job.fingerprint == "goes wrong":
        raise ZeroDivisionError
    jobs.finish(job, State.DONE)


def test_what_goes_wrong_unexpectedly_is_told_and_hinders_no_other(
    study: Study, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = make_job(study, "goes wrong"), make_job(study, "goes well")
    work_off()
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.state, other.state) == (State.FAILED, State.DONE)
    assert "the worker's log says what" in broken.message
    assert broken.token in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_worker_takes_over_from_one_that_is_gone(study: Study) -> None:
    job = make_job(study, "taken over", state=State.RUNNING, leased_until="2020-01-01T00:00:00Z")
    work_off()
    job.refresh_from_db()
    assert (job.state, job.leased_until) == (State.DONE, None)


def test_nobody_takes_what_another_worker_has_in_hand(study: Study) -> None:
    job = make_job(study, "in hand", state=State.RUNNING, leased_until="2999-01-01T00:00:00Z")
    work_off()
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_whoever_lost_the_lease_stores_nothing(study: Study) -> None:
    def lose(job: Job) -> None:
        jobs.cancel(job)
        jobs.keep(job, message="too late")

    job = make_job(study, "cancelled meanwhile")
    jobs.work_off(Report, lose, lambda: False)
    job.refresh_from_db()
    assert (job.state, job.message) == (State.CANCELLED, "")
