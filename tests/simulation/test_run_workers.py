"""The workers on a run's page: what each does, how fast it is, and when all of them will be done."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dialogue.backends.scripted import ScriptedModel
from jobs.heartbeats import ALIVE
from simulation.models import Run, RunWorker
from simulation.pace import Meter
from simulation.worked_time import Effort, note_work
from tests.factories import make_dialogues, make_run, make_staff, make_study
from tests.simulation.scripts import ASKS, InterferingModel, make_worker, scripts, started_run, work_off


def test_a_speed_is_unknown_until_some_time_has_been_measured() -> None:
    seconds = [0.0]
    meter = Meter(clock=lambda: seconds[0])
    meter.count()
    seconds[0] = 9
    assert meter.per_second() is None
    seconds[0] = 20
    assert meter.per_second() == 1 / 20


def test_a_speed_that_changes_shows_within_minutes() -> None:
    seconds = [0.0]
    meter = Meter(clock=lambda: seconds[0])
    for pause, minutes, expected in [(1, 60, 1), (10, 6, 0.1), (2, 6, 0.5)]:
        end = seconds[0] + 60 * minutes
        while seconds[0] < end:
            seconds[0] += pause
            meter.count()
            meter.per_second()
        assert meter.per_second() == pytest.approx(expected, rel=0.1)
    assert len(meter._times) < 200, "it keeps what is old"


def test_the_speed_of_long_dialogues_is_measured_over_longer() -> None:
    """One dialogue takes a quarter of an hour, so five minutes hold none."""
    seconds = [0.0]
    meter = Meter(clock=lambda: seconds[0])
    for _ in range(12):
        seconds[0] += 900
        meter.count()
    seconds[0] += 400
    assert meter.per_second() == pytest.approx(1 / 900, rel=0.1)


@pytest.mark.django_db
def test_a_worker_says_what_it_does_while_it_works_and_nothing_afterwards() -> None:
    run, seen = started_run(seeds=(73, 321)), list[RunWorker]()

    def look() -> None:
        seen.extend(RunWorker.objects.all())

    asker = InterferingModel(ASKS, 1, look)
    worker = make_worker(scripts(asker, ScriptedModel(["A1", "A2"], pause=0.05)), tick=0.001)
    work_off(run, worker)
    assert {(row.run, row.name) for row in seen} == {(run, worker.name)}
    assert max(row.dialogues for row in seen) == 8
    assert not RunWorker.objects.exists()


@pytest.mark.django_db
def test_a_worker_that_leaves_a_run_for_another_is_no_longer_counted_there() -> None:
    first, second = (make_run(make_study(slug), state=Run.State.RUNNING) for slug in ("a", "b"))
    note_work("w", {first.pk: Effort(3), second.pk: Effort(2)})
    note_work("v", {first.pk: Effort(1)})
    note_work("w", {second.pk: Effort(4, 60.0, 5.0)})
    assert set(RunWorker.objects.values_list("run", "name", "dialogues")) == {(first.pk, "v", 1), (second.pk, "w", 4)}


@pytest.fixture
def run() -> Run:
    """Return a run of 40 cells, 4 of which have ended and 16 are in progress. Its average since the beginning is 4 an hour."""
    run = make_run(
        make_study(persona_count=20), state=Run.State.RUNNING, worked_seconds=3600, worked_dialogues=4, is_queued=True
    )
    cells = list(run.simulations.all())
    make_dialogues(cells[:4])
    make_dialogues(cells[4:20], ending="")
    return run


def panel(run: Run) -> str:
    client = Client()
    client.force_login(make_staff(f"staff-{timezone.now().timestamp()}"))
    page = client.get(f"/runs/{run.token}/").text.split('id="live"')[1].split("</section>")[0]
    return " ".join(re.sub("<[^>]*>", " ", page).split())


@pytest.mark.django_db
def test_the_page_names_each_live_worker_with_what_it_does_and_its_speed(run: Run) -> None:
    note_work("gpu-1:400:0a", {run.pk: Effort(12, 240.0, 31.0)})
    note_work("gpu-2:7:0b", {run.pk: Effort(4)})
    note_work("gone:8:0c", {run.pk: Effort(4, 100.0)})
    RunWorker.objects.filter(name="gone:8:0c").update(seen_at=timezone.now() - ALIVE - timedelta(seconds=1))
    told = panel(run)
    assert "gpu-1 400 12 240 31" in told
    assert "gpu-2 7 4 – –" in told
    assert "gone" not in told


@pytest.mark.django_db
def test_the_time_left_follows_the_recent_speed_of_all_workers(run: Run) -> None:
    assert "4 dialogues/h while working · about 9 h left" in panel(run)
    note_work("gpu-1:400:0a", {run.pk: Effort(12, 24.0)})
    note_work("gpu-2:7:0b", {run.pk: Effort(4, 12.0)})
    assert "36 dialogues/h · about 60 min left" in panel(run)


@pytest.mark.django_db
def test_a_run_that_does_not_run_has_no_workers(run: Run) -> None:
    note_work("gpu-1:400:0a", {run.pk: Effort(12, 24.0)})
    Run.objects.update(state=Run.State.PAUSED)
    assert "gpu-1" not in panel(run)
