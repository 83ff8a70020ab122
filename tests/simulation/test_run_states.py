"""Starting, pausing, cancelling and queueing runs."""

from typing import Any

import pytest
from celery import current_app
from kombu import Connection
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from jobs.routing import all_queues
from simulation import services
from simulation.cells import CELLS
from simulation.models import Run
from studies.models import Study
from tests.factories import make_dialogue, make_run, make_study
from tests.simulation.scripts import MODELS_FILE, request_run, started_run, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(settings: Settings) -> Study:
    settings.MODELS_FILE = MODELS_FILE
    return make_study()


def finish(run: Run) -> None:
    for cell in run.simulations.filter(finished_at=None):
        make_dialogue(cell)


def messages_waiting() -> list[tuple[str, Any]]:
    """Remove all messages from the tests' broker and return their queues and arguments."""
    waiting = list[tuple[str, Any]]()
    with current_app.connection_for_read() as connection:
        assert isinstance(connection, Connection)
        for name in all_queues():
            queue = connection.SimpleQueue(name)
            while queue.qsize():
                message = queue.get(block=False)
                message.ack()
                waiting.append((name, message.payload[1]))
    return waiting


def test_cells_of_a_run_started_in_a_terminal_are_not_queued(study: Study) -> None:
    started_run(study)
    assert not CELLS.queued().exists()


def test_a_queued_run_is_for_the_workers_and_stays_theirs(study: Study) -> None:
    run = request_run(study)
    services.queue_run(run)
    assert CELLS.queued().count() == 4
    services.start_run(run)
    CELLS.leave(run)
    assert (run.state, run.is_queued) == (Run.State.RUNNING, True)


def test_unfinished_work_of_this_process_is_paused(study: Study) -> None:
    run = started_run(study)
    CELLS.leave(run)
    assert Run.objects.get().state == Run.State.PAUSED


def test_a_finished_run_is_left_as_it_is(study: Study) -> None:
    run = work_off(started_run(study))
    CELLS.leave(run)
    assert run.state == Run.State.FINISHED


@pytest.mark.parametrize("start", [services.start_run, services.queue_run])
def test_starting_a_complete_run_finishes_it(start: Any) -> None:
    run = make_run()
    finish(run)
    start(run)
    assert Run.objects.get().state == Run.State.FINISHED


@pytest.mark.parametrize("start", [services.start_run, services.queue_run])
def test_starting_a_halted_run_forgets_why_it_stood_still(start: Any) -> None:
    run = make_run(message="The server is down.")
    start(run)
    run.refresh_from_db()
    assert (run.state, run.message) == (Run.State.RUNNING, "")


def test_a_cancelled_run_starts_again_when_it_is_asked_for(study: Study) -> None:
    run = started_run(study)
    services.cancel_run(run)
    assert work_off(run).state == Run.State.CANCELLED
    assert not run.simulations.exclude(dialogue=None).exists()
    assert work_off(started_run(study)).state == Run.State.FINISHED


@pytest.mark.parametrize("start", [services.start_run, services.queue_run])
def test_requesting_what_a_cancelled_run_has_finished_starts_nothing(study: Study, start: Any) -> None:
    run = request_run(study)
    for cell in run.simulations.filter(goal__number=1):
        make_dialogue(cell)
    services.cancel_run(run)
    start(request_run(study, goals=(1,)))
    assert Run.objects.get().state == Run.State.CANCELLED
    assert run.simulations.filter(is_cancelled=True).count() == 2


def test_restarting_a_cancelled_run_requests_all_its_cells_again(study: Study) -> None:
    run = request_run(study)
    services.cancel_run(run)
    services.restart_run(run)
    assert Run.objects.get().state == Run.State.RUNNING
    assert CELLS.queued().filter(is_cancelled=False).count() == 4


def test_queueing_rings_when_the_transaction_commits(
    study: Study, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    run = request_run(study)
    messages_waiting()
    with django_capture_on_commit_callbacks() as callbacks:
        services.queue_run(run)
        assert not messages_waiting()
    for callback in callbacks:
        callback()
    about = {"job": run.token, "about": "Inquirer asker, responder answerer"}
    assert messages_waiting() == [("model.asker", about), ("model.answerer", about)]


@pytest.mark.parametrize("change", [CELLS.pause, services.cancel_run])
def test_a_run_that_finished_meanwhile_stays_finished(study: Study, change: Any) -> None:
    seen_before = started_run(study)
    work_off(Run.objects.get())
    change(seen_before)
    assert Run.objects.get().state == Run.State.FINISHED


def test_a_broker_that_cannot_take_the_bell_delays_the_work_and_loses_nothing(
    study: Study, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    run = request_run(study)
    moved = settings.BROKER_DIR.rename(settings.BROKER_DIR.with_name("elsewhere"))
    try:
        with django_capture_on_commit_callbacks(execute=True):
            services.queue_run(run)
    finally:
        moved.rename(settings.BROKER_DIR)
    assert CELLS.queued().count() == 4
