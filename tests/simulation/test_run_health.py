"""Problems, speed and batches on a run's page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dialogue.backends.base import BackendError
from dialogue.backends.scripted import ScriptedModel
from jobs.heartbeats import ALIVE, live_services, record_heartbeat
from jobs.models import WorkerProcess
from jobs.routing import EVERYTHING, Service
from jobs.workers import Stopwatch
from simulation import services, worked_time
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from simulation.presentation import RunLine
from simulation.progress import tally_runs
from studies.models import Study
from tests.factories import make_dialogue, make_run, make_staff, make_study
from tests.simulation.scripts import ANSWERS, make_worker, request_run, scripts, started_run, work_off

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(hours=9)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def run() -> Run:
    return make_run(state=Run.State.RUNNING, is_queued=True, started_at=timezone.now() - LONG_AGO)


def words(client: Client, run: Run) -> str:
    page = client.get(f"/runs/{run.token}/").text.split('id="content"')[1]
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def line(run: Run) -> RunLine:
    run.refresh_from_db()
    return RunLine(run, tally_runs([run])[run.pk], live_services())


def lease(run: Run, seconds: float, **fields: Any) -> None:
    """Give one cell a lease that lasts ``seconds`` from now."""
    cell = run.simulations.order_by("pk").first()
    values = {"worker": "w", "leased_until": timezone.now() + timedelta(seconds=seconds)} | fields
    Simulation.objects.filter(pk=cell.pk).update(**values)  # type: ignore[union-attr]


def test_the_first_failure_is_red_and_at_the_top_with_its_reason(client: Client, run: Run) -> None:
    run.simulations.update(worker="w", leased_until=timezone.now() + timedelta(seconds=29))
    lease(run, 4, worker="", error="The API <is> down.", failures=1)
    page = client.get(f"/runs/{run.token}/").text
    assert '<span class="state failed">running, 1 failing</span>' in page
    assert page.index("The API &lt;is&gt; down.") < page.index("dialogues ended")
    assert '<span class="state failed">running, 1 failing</span>' in client.get("/studies/demo/simulate/").text


def test_a_run_that_an_error_stopped_is_red(client: Client, run: Run) -> None:
    Run.objects.update(state=Run.State.PAUSED, message="The key is wrong.")
    page = client.get(f"/runs/{run.token}/").text
    assert '<span class="state failed">paused</span>' in page
    assert page.index("The key is wrong.") < page.index("dialogues ended")


@pytest.mark.parametrize(
    ("seconds_left", "is_silent"),
    [(30, False), (30 - ALIVE.total_seconds() + 3, False), (30 - ALIVE.total_seconds() - 3, True), (-60, True)],
)
def test_a_worker_that_renews_its_leases_no_longer_is_not_counted_on(
    client: Client, run: Run, seconds_left: float, is_silent: bool
) -> None:
    lease(run, seconds_left)
    sentence = "No worker serves tiny: start one with “python manage.py worker --models tiny”."
    assert line(run).absent_worker == (sentence if is_silent else "")
    assert (sentence in words(client, run)) == is_silent


def test_a_run_that_no_worker_takes_up_says_so_after_a_while(run: Run) -> None:
    assert line(run).absent_worker
    Run.objects.update(started_at=timezone.now())
    assert not line(run).absent_worker


def test_a_run_waits_for_a_live_worker_that_serves_its_models_whatever_it_does(client: Client, run: Run) -> None:
    record_heartbeat("w", Service(frozenset({"model.tiny"})), "another run (16)")
    assert not line(run).absent_worker
    assert '<span class="state running">running</span>' in client.get(f"/runs/{run.token}/").text
    WorkerProcess.objects.update(seen_at=timezone.now() - ALIVE - timedelta(seconds=1))
    assert line(run).absent_worker
    page = client.get(f"/runs/{run.token}/").text
    assert '<span class="state failed">waiting for a worker</span>' in page
    assert '<span class="state failed">waiting for a worker</span>' in client.get("/studies/demo/simulate/").text


def test_a_worker_that_waits_before_the_next_try_is_not_silent(run: Run) -> None:
    record_heartbeat("w", EVERYTHING)
    run.simulations.update(worker="", error="Busy.", leased_until=timezone.now() + timedelta(seconds=200))
    assert not line(run).absent_worker


def test_a_paused_or_finished_run_needs_no_worker(run: Run) -> None:
    for state in (Run.State.PAUSED, Run.State.CANCELLED, Run.State.FINISHED):
        Run.objects.update(state=state)
        assert not line(run).absent_worker


def test_a_rate_counts_only_working_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work for ten minutes, pause for a night without workers, then work for another ten minutes."""
    now = timezone.now() - LONG_AGO
    for minute in [*range(11), *range(511, 522)]:
        for half in (0, 29):
            worked_time._add(run, now + timedelta(minutes=minute, seconds=half))
    assert 10 * 60 <= run.worked_seconds <= 22 * 60
    run.worked_seconds, run.worked_dialogues = 1200, 4
    run.save()
    lease(run, 30)
    assert line(run).per_hour == 12
    assert line(run).time_left == "about 20 min"
    run.simulations.update(worker="", leased_until=None)
    assert line(run).time_left == "", "nobody works on it"


def test_starting_again_begins_a_new_stretch_of_work(run: Run) -> None:
    run.worked_until = timezone.now() - timedelta(seconds=5)
    run.save()
    CELLS.pause(run)
    services.queue_run(run)
    assert Run.objects.get().worked_until is None


def test_a_worker_notes_the_dialogues_and_the_time_that_it_worked() -> None:
    run = work_off(started_run(), make_worker(scripts(answerer=ScriptedModel(ANSWERS, pause=0.05))))
    assert run.worked_dialogues == 4
    assert run.worked_seconds > 0


def test_a_stopwatch_counts_neither_idle_time_nor_a_stopped_process() -> None:
    times = iter([0.0, 1.0, 2.0, 100.0, 101.0, 500.0, 501.0])
    watch = Stopwatch(times.__next__)
    for is_working in (True, True, False, True, True, True, True):
        watch.look(is_working=is_working)
    assert watch.seconds == 4.0


def test_errors_are_reported_while_the_worker_continues() -> None:
    told: list[str] = []
    models = scripts(answerer=ScriptedModel([BackendError("The server is down."), *ANSWERS]))
    run = work_off(started_run(), make_worker(models, on_error=told.append, longest_pause=timedelta(0)))
    assert (run.state, told) == (Run.State.FINISHED, ["The server is down."])


def test_added_seeds_are_a_batch_of_their_own_that_can_be_cancelled_alone(client: Client) -> None:
    study = make_study()
    run = work_off(started_run(study))
    request_run(study, seeds=(321, 8479))
    services.queue_run(run)
    make_dialogue(run.simulations.filter(batch=2)[0])
    services.cancel_run(run)
    page = words(client, run)
    assert "1 73 finished 4 of 4" in page
    assert "2 321, 8479 cancelled 1 of 8" in page
    assert "5 dialogues ended" in page
    assert "of 12" not in page
    listed = " ".join(re.sub("<[^>]*>", " ", client.get("/studies/demo/simulate/").text).split())
    assert "batch 2 cancelled 4 of 4 finished, 1 of 8 cancelled" in listed


def test_a_cancelled_batch_stays_cancelled_when_another_one_is_asked_for() -> None:
    study = make_study()
    work_off(started_run(study))
    run = started_run(study, seeds=(321,))
    services.cancel_run(run)
    work_off(started_run(study, seeds=(5,)))
    state = {number: (tally.done, tally.cancelled) for number, tally in tally_runs([run])[run.pk].batches.items()}
    assert state == {1: (4, 0), 2: (0, 4), 3: (4, 0)}
    assert Run.objects.get().state == Run.State.FINISHED
    assert work_off(started_run(study, seeds=(321,))).state == Run.State.FINISHED
    assert tally_runs([run])[run.pk].done == 12


def test_starting_a_run_that_is_over_starts_its_cancelled_batches(client: Client) -> None:
    study: Study = make_study()
    work_off(started_run(study))
    run = started_run(study, seeds=(321,))
    services.cancel_run(run)
    client.post(f"/runs/{run.token}/", {"action": "start"})
    run.refresh_from_db()
    assert (run.state, tally_runs([run])[run.pk].cancelled) == (Run.State.RUNNING, 0)


def test_asking_for_the_same_again_makes_no_batch() -> None:
    study = make_study()
    run = request_run(study)
    request_run(study)
    assert set(run.simulations.values_list("batch", flat=True)) == {1}
