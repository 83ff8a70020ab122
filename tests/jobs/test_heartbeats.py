"""Workers report that they are alive; those that stop reporting count as gone."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from jobs import heartbeats
from jobs.heartbeats import ALIVE, FORGOTTEN, Heart, absent_worker, forget_worker, live_services, record_heartbeat
from jobs.models import WorkerProcess
from jobs.routing import EVERYTHING, Service
from simulation.models import Run
from tests.factories import make_run
from tests.services.binaries import wait_until
from tests.simulation.scripts import MODELS_FILE

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_a_worker_is_alive_for_a_while_after_its_last_heartbeat() -> None:
    service = Service(frozenset({"model.a", "computing"}))
    record_heartbeat("w", service)
    record_heartbeat("w", service, "Inquirer a, responder a (3)")
    assert (live_services(), WorkerProcess.objects.get().doing) == ([service], "Inquirer a, responder a (3)")
    WorkerProcess.objects.update(seen_at=timezone.now() - ALIVE + 5 * SECOND)
    assert live_services() == [service]
    WorkerProcess.objects.update(seen_at=timezone.now() - ALIVE - SECOND)
    assert live_services() == []


@pytest.mark.django_db
def test_a_worker_that_goes_is_forgotten_at_once_and_a_killed_one_in_the_end() -> None:
    for name in ("gone", "killed", "silent"):
        record_heartbeat(name, EVERYTHING)
    forget_worker("gone")
    WorkerProcess.objects.filter(name="killed").update(seen_at=timezone.now() - FORGOTTEN - SECOND)
    record_heartbeat("new", EVERYTHING)
    assert list(WorkerProcess.objects.values_list("name", flat=True)) == ["new", "silent"]


@pytest.mark.django_db
def test_a_job_that_has_just_been_started_is_given_time() -> None:
    run = make_run(state=Run.State.RUNNING, is_queued=True, started_at=timezone.now())
    assert absent_worker(run) == ""
    run.started_at = timezone.now() - ALIVE - SECOND
    assert absent_worker(run)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(heartbeats, "SWEEP_SECONDS", 0.0)
    yield


@pytest.mark.django_db(transaction=True)
def test_a_heart_beats_sweeps_and_says_goodbye(quick: None) -> None:
    swept = Event()
    heart = Heart("w", EVERYTHING, lambda: "Inquirer a, responder a (3)", swept.set)
    heart.start()
    try:
        assert swept.wait(20)
        before = WorkerProcess.objects.get()
        wait_until(lambda: WorkerProcess.objects.get().seen_at > before.seen_at, what="it beats no more")
        assert before.doing == "Inquirer a, responder a (3)"
    finally:
        heart.stop()
        heart.join(20)
    assert not WorkerProcess.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_heart_beats_on_after_an_unexpected_error(quick: None, caplog: pytest.LogCaptureFixture) -> None:
    swept, errors = Event(), [AttributeError("No worker.")]

    def describe() -> str:
        if errors:
            raise errors.pop()
        return "Inquirer a, responder a (3)"

    heart = Heart("w", EVERYTHING, describe, swept.set)
    heart.start()
    try:
        assert swept.wait(20)
    finally:
        heart.stop()
        heart.join(20)
    assert "AttributeError: No worker." in caplog.text
    assert not WorkerProcess.objects.exists()


def test_a_worker_is_not_started_for_a_model_that_nobody_described(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    with pytest.raises(CommandError, match="There is no model 'nobody'"):
        call_command("worker", "--models", "asker,nobody", stdout=StringIO())


def test_a_worker_is_not_started_on_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"):
        monkeypatch.setenv(name, "0")  # the command changes them; the end of the test restores them
        monkeypatch.delenv(name)
    with pytest.raises(CommandError, match=r"PyTorch finds no GPU 99 here\."):
        call_command("worker", "--gpu", "99", stdout=StringIO())
