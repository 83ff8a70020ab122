"""Power estimates: requested once, computed by a worker in separate processes, resumed by another worker."""

import json
import os
import signal
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from threading import Event, Thread
from typing import Any

import psutil
import pytest

from analysis.models import PowerEstimate
from analysis.power import estimates
from analysis.power.estimates import ESTIMATES, found_by, question_of, request_estimate, resume_estimate
from analysis.statistics import power_simulation
from analysis.statistics.power_counts import Power
from analysis.statistics.power_plans import PowerQuestion
from tests.analysis.working import work_off_estimates
from tests.installation import Installation
from tests.services.binaries import wait_until
from tests.simulation.scripts import stop_after

State = PowerEstimate.State
SMALL = PowerQuestion({"a": 0.6, "b": 0.8}, evaluators=(4, 6), pairs=10, studies=6)
LONG = replace(SMALL, studies=2000)


def find(question: PowerQuestion) -> list[Power]:
    """Return the results for all sizes of the question, computed in this process."""
    with ThreadPoolExecutor(1) as pool:
        return list(deque(power_simulation.simulate(question, pool), maxlen=1).pop())


@pytest.fixture(autouse=True)
def stored_after_every_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process's workers not compute for a second before a test sees something."""
    monkeypatch.setattr(estimates, "STORED_EVERY", 0.0)


@pytest.fixture(scope="module")
def found() -> list[Power]:
    """Return the results of the small question, computed in this process."""
    return find(SMALL)


@pytest.mark.django_db
def test_a_worker_computes_what_was_asked_for_and_the_processes_find_what_one_would(found: list[Power]) -> None:
    estimate = request_estimate(SMALL)
    assert (estimate.state, found_by(estimate)) == (State.RUNNING, [])
    work_off_estimates()
    estimate.refresh_from_db()
    assert (estimate.state, estimate.leased_until, estimate.message) == (State.FINISHED, None, "")
    assert question_of(estimate) == SMALL
    assert found_by(estimate) == found


@pytest.mark.django_db
def test_the_same_question_is_computed_once_and_another_one_separately() -> None:
    estimate = request_estimate(SMALL)
    assert request_estimate(replace(SMALL, evaluators=(6, 4))) == estimate
    assert request_estimate(replace(SMALL, seed=1)) != estimate
    PowerEstimate.objects.update(state=State.FINISHED)
    assert request_estimate(SMALL).state == State.FINISHED


@pytest.mark.django_db
@pytest.mark.usefixtures("without_processes")
def test_a_new_worker_continues_where_the_last_one_stopped() -> None:
    estimate = request_estimate(SMALL)
    halfway = [
        {"studies": 6, "failed": 0, "overall": 5, "contrasts": [5]},
        {"studies": 5, "failed": 1, "overall": 1, "contrasts": [1]},
    ]
    PowerEstimate.objects.update(state=State.RUNNING, found=halfway, leased_until="2020-01-01T00:00:00Z")
    work_off_estimates()
    estimate.refresh_from_db()
    first, second = found_by(estimate)
    assert first == Power({("a", "b"): 5}, studies=6, failed=0, overall=5)
    assert (second.studies, second.failed) == (6, 1)


@pytest.mark.django_db
@pytest.mark.usefixtures("without_processes")
def test_results_of_another_version_of_the_code_are_discarded(found: list[Power]) -> None:
    estimate = request_estimate(SMALL)
    code, asked = estimate.code, estimate.fingerprint
    other = [{"studies": 5, "failed": 5, "overall": 0, "contrasts": [0]}] * 2
    PowerEstimate.objects.update(code="older", fingerprint="older", found=other)
    work_off_estimates()
    estimate.refresh_from_db()
    assert (estimate.state, estimate.code, estimate.fingerprint) == (State.FINISHED, code, asked)
    assert found_by(estimate) == found


@pytest.mark.django_db
@pytest.mark.parametrize("stopped", [State.CANCELLED, State.PAUSED])
def test_an_estimate_by_another_version_of_the_code_is_resumed_as_the_questions_current_one(stopped: str) -> None:
    older = request_estimate(SMALL)
    PowerEstimate.objects.update(code="older", fingerprint="older", state=stopped, is_queued=False)
    older.refresh_from_db()
    current = resume_estimate(older)
    assert (current != older, current.state, question_of(current)) == (True, State.RUNNING, SMALL)
    ESTIMATES.cancel(current)
    assert resume_estimate(older) == current
    assert [one.state for one in PowerEstimate.objects.order_by("pk")] == [stopped, State.RUNNING]


@pytest.mark.django_db
def test_a_waiting_estimate_by_another_version_of_the_code_stops_if_the_current_one_exists() -> None:
    older = request_estimate(SMALL)
    PowerEstimate.objects.update(code="older", fingerprint="older")
    current = request_estimate(SMALL)
    PowerEstimate.objects.filter(pk=current.pk).update(state=State.FINISHED)
    work_off_estimates()
    older.refresh_from_db()
    assert (older.state, older.code) == (State.PAUSED, "older")
    assert "Another estimate answers this question" in older.message
    assert resume_estimate(older) == current


@pytest.mark.django_db
def test_nobody_takes_what_another_worker_has_in_hand() -> None:
    request_estimate(SMALL)
    PowerEstimate.objects.update(worker="another", leased_until="2999-01-01T00:00:00Z")
    work_off_estimates(stop_after(5))
    assert PowerEstimate.objects.get().found == []


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_estimate_keeps_its_results_and_can_be_resumed() -> None:
    estimate = request_estimate(LONG)
    with_worker = Thread(target=work_off_estimates, kwargs={"is_alone": False})
    with_worker.start()
    wait_until(lambda: _studies(estimate) > 0, what="nothing is found")
    ESTIMATES.cancel(estimate)
    with_worker.join(120)
    assert not with_worker.is_alive()
    assert _children() == []
    estimate.refresh_from_db()
    assert estimate.state == State.CANCELLED
    assert 0 < _studies(estimate) < 2000
    resume_estimate(estimate)
    estimate.refresh_from_db()
    assert estimate.state == State.RUNNING
    assert _studies(estimate) > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_processes")
def test_a_worker_that_is_to_stop_gives_it_back_at_once() -> None:
    estimate, stopping = request_estimate(LONG), Event()
    with_worker = Thread(target=work_off_estimates, args=(stopping.is_set,), kwargs={"is_alone": False})
    with_worker.start()
    wait_until(lambda: _studies(estimate) > 0, what="nothing is found")
    stopping.set()
    with_worker.join(120)
    assert not with_worker.is_alive()
    estimate.refresh_from_db()
    assert (estimate.state, estimate.leased_until) == (State.RUNNING, None)
    assert _studies(estimate) > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("is_stopping", "state"), [(True, State.RUNNING), (False, State.PAUSED)])
def test_killed_processes_are_reported_unless_the_worker_is_stopping(
    is_stopping: bool, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimates, "GRACE", 60.0 if is_stopping else 0.5)
    estimate, stopping = request_estimate(LONG), Event()
    with_worker = Thread(target=work_off_estimates, args=(stopping.is_set,), kwargs={"is_alone": False})
    with_worker.start()
    wait_until(lambda: _studies(estimate) > 0, what="nothing is found")
    for child in _children():
        child.send_signal(signal.SIGTERM)
    if is_stopping:
        stopping.set()
    with_worker.join(120)
    estimate.refresh_from_db()
    assert estimate.state == state
    assert ("Another program ended a process" in estimate.message) == (state == State.PAUSED)


@pytest.mark.timeout(400)
@pytest.mark.waits
def test_a_killed_worker_leaves_no_process_behind_and_another_finds_what_it_would_have(
    installation: Installation,
) -> None:
    question = replace(SMALL, evaluators=(4,), studies=30)
    installation.migrate()
    installation.evaluate(
        "from analysis.power.estimates import request_estimate; from analysis.statistics.power_plans import PowerQuestion; "
        f"request_estimate({question!r})"
    )
    with installation.worker() as worker:
        wait_until(lambda: _stored(installation)["studies"] > 0, seconds=120, what="nothing is found")
        children = psutil.Process(worker.pid).children(recursive=True)
        worker.kill()
        worker.wait()
    assert children
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    installation.evaluate(
        "from analysis.models import PowerEstimate; "
        "PowerEstimate.objects.filter(state='running').update(leased_until='2020-01-01T00:00:00Z')"
    )
    with installation.run("manage", "worker", "--computing"):
        wait_until(lambda: _stored(installation)["studies"] == 30, seconds=200, what="the new worker has not gone on")
    [expected] = find(question)
    assert _stored(installation) == asdict(expected) | {"contrasts": list(expected.contrasts.values())}


def _studies(estimate: PowerEstimate) -> int:
    found = PowerEstimate.objects.values_list("found", flat=True).get(pk=estimate.pk)
    return sum(size["studies"] for size in found)


def _stored(installation: Installation) -> dict[str, Any]:
    [[found]] = installation.query("SELECT found FROM analysis_powerestimate")
    return dict((json.loads(found) or [{"studies": 0}])[0])


def _children() -> list[psutil.Process]:
    """Return the processes that analyse studies, without multiprocessing's resource tracker."""
    return [one for one in psutil.Process(os.getpid()).children() if "spawn_main" in " ".join(one.cmdline())]
