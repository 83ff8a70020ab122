"""Runs that are dropped, stopped or taken over in the middle: nothing is lost or generated twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync

from dialogue.backends.base import BackendError, ChatModel
from dialogue.backends.scripted import ScriptedModel
from dialogue.model_config import ModelSpec
from jobs import leases
from simulation import services
from simulation.casting import Casting
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from simulation.workers import Worker
from studies.models import Dialogue, Output, Turn
from tests.factories import make_study
from tests.services.binaries import wait_until
from tests.simulation.scripts import (
    ANSWERS,
    ASKS,
    MODELS_FILE,
    TURNS,
    InterferingModel,
    interrupt,
    make_worker,
    one_cell,
    requests_to,
    said,
    scripts,
    started_run,
    stop_after,
    work_off,
)

pytestmark = pytest.mark.django_db


def act_on(run: Run, change: Callable[[Run], None]) -> Callable[[], None]:
    return lambda: change(Run.objects.get(pk=run.pk))


@pytest.mark.parametrize("hangs_at", [0, 1, 2])
def test_a_run_that_was_dropped_in_the_middle_goes_on_from_its_last_complete_turns(hangs_at: int) -> None:
    run = started_run()
    interrupt(run, hangs_at)
    before = list(Turn.objects.order_by("pk").values())
    assert len(before) == 4 * hangs_at
    assert run.simulations.filter(worker="", leased_until=None).count() == 4

    models = scripts()
    assert work_off(run, make_worker(models)).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS * 4
    assert list(Turn.objects.order_by("pk").values())[: len(before)] == before
    assert requests_to(models) == [4 * (3 - hangs_at), 4 * (2 - hangs_at)]


def test_a_resumed_turn_is_asked_for_with_the_seed_it_would_have_had() -> None:
    run, whole, resumed = one_cell(), ScriptedModel(ASKS), ScriptedModel(ASKS)
    interrupt(run, 1)
    work_off(run, make_worker(scripts(resumed)))
    other = started_run(run.study, max_turns=11)
    work_off(other, make_worker(scripts(whole)))
    assert [(request.messages, request.sampling) for request in resumed.requests] == [
        (request.messages, request.sampling) for request in whole.requests[1:]
    ]


@pytest.mark.parametrize("change", [CELLS.pause, services.cancel_run])
def test_a_run_that_is_stopped_stops_at_once_and_leaves_no_half_turn(change: Callable[[Run], None]) -> None:
    run = one_cell()
    answerer = InterferingModel(ANSWERS, 1, act_on(run, change), hangs=True)
    work_off(run, make_worker(scripts(answerer=answerer)))
    assert run.state == (Run.State.PAUSED if change == CELLS.pause else Run.State.CANCELLED)
    assert said(Turn.objects.all()) == TURNS[:1]
    assert Output.objects.count() == 2
    assert run.simulations.filter(worker="", leased_until=None, finished_at=None).count() == 1
    assert answerer.under_way == 0


@pytest.mark.parametrize("change", [CELLS.pause, services.cancel_run])
def test_what_a_stopped_run_still_says_is_not_stored(change: Callable[[Run], None]) -> None:
    run = one_cell()
    answerer = InterferingModel(ANSWERS, 1, act_on(run, change))
    work_off(run, make_worker(scripts(answerer=answerer)))
    assert said(Turn.objects.all()) == TURNS[:1]


def test_a_cancelled_cell_is_not_played_on_although_its_run_starts_a_new_batch_at_once() -> None:
    run = one_cell()

    def request_another_batch() -> None:
        services.cancel_run(Run.objects.get(pk=run.pk))
        started_run(run.study, seeds=(321,))

    answerer = InterferingModel(ANSWERS, 1, request_another_batch)
    assert work_off(run, make_worker(scripts(answerer=answerer), concurrency=1)).state == Run.State.FINISHED
    assert list(run.simulations.values_list("seed", "is_cancelled", "worker")) == [(73, True, ""), (321, False, "")]
    assert said(Turn.objects.filter(dialogue__seed=73)) == TURNS[:1]
    assert said(Turn.objects.filter(dialogue__seed=321)) == TURNS


def test_a_stopped_run_is_completed_once_it_is_started_again() -> None:
    run = one_cell()
    answerer = InterferingModel(ANSWERS, 1, act_on(run, CELLS.pause), hangs=True)
    work_off(run, make_worker(scripts(answerer=answerer)))
    services.start_run(run)
    assert work_off(run).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS


@pytest.mark.parametrize("answer", ["A2", BackendError("Busy.")])
def test_a_cell_that_ends_between_a_pause_and_the_next_tick_can_be_continued_by_the_same_worker(
    answer: str | BackendError,
) -> None:
    run = one_cell()
    answerer = InterferingModel([ANSWERS[0], answer], 1, act_on(run, CELLS.pause))
    worker = make_worker(scripts(answerer=answerer), tick=60.0)
    work_off(run, worker)
    assert run.simulations.filter(worker="", leased_until=None, finished_at=None).count() == 1
    services.start_run(run)
    worker.casting = make_worker().casting
    assert work_off(run, worker).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS


@pytest.mark.parametrize("when", [0, 1])
def test_a_worker_that_has_lost_a_lease_writes_nothing_more(when: int) -> None:
    run = one_cell()
    stolen: list[int] = []
    soon = stop_after(5)
    answerer = InterferingModel(ANSWERS, when, lambda: stolen.append(Simulation.objects.update(worker="somebody else")))
    work_off(run, make_worker(scripts(answerer=answerer), should_stop=lambda: bool(stolen) and soon()))
    assert said(Turn.objects.all()) == TURNS[:when]
    assert Output.objects.count() == 2 * when
    assert Simulation.objects.get().worker == "somebody else"
    assert not Dialogue.objects.exclude(ending="").exists()


def test_an_expired_lease_is_taken_over_and_its_dialogue_goes_on() -> None:
    run = one_cell()
    interrupt(run, 1)
    Simulation.objects.update(worker="killed", leased_until="2020-01-01T00:00:00Z")
    assert work_off(run).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS
    assert Dialogue.objects.count() == 1


def test_a_worker_that_renews_too_late_does_not_play_its_own_cells_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=-1))
    models = scripts(ScriptedModel(ASKS, pause=0.01))
    run = work_off(started_run(), make_worker(models, tick=0.001))
    assert run.state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS * 4


def test_a_worker_looks_after_its_leases_while_a_model_loads() -> None:
    """This model loads only while the leases are being renewed."""
    models, looks = scripts(), list[None]()

    def look() -> bool:
        looks.append(None)
        return False

    def load_slowly(spec: ModelSpec) -> ChatModel:
        before = len(looks)
        wait_until(lambda: len(looks) > before + 3, what="the worker waits for its model alone")
        return models[spec.name]

    worker = Worker(Casting(MODELS_FILE, load_slowly), tick=0.02, should_stop=look)
    assert work_off(one_cell(), worker).state == Run.State.FINISHED


def test_who_ends_first_leaves_the_others_at_work_on_the_same_run() -> None:
    run = started_run(make_study(goal_count=2, persona_count=1))
    first, second = run.simulations.all()
    CELLS.claim(Simulation.objects.filter(pk=second.pk), "another terminal", 1)
    async_to_sync(make_worker().work_off)(Simulation.objects.filter(pk=first.pk))
    CELLS.leave(run)
    assert run.state == Run.State.RUNNING
    assert CELLS.renew([second.pk], "another terminal") == {second.pk}
