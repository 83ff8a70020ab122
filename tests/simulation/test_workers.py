"""Workers with a real database and scripted models: what is played, stored, resumed and left alone."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import count
from pathlib import Path
from shutil import copy

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db.models import QuerySet
from django.utils import timezone

from collection.models import Dialogue, Output, Turn
from dialogue.backends.base import BackendError, ChatModel, ContentRefused, Reply, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from dialogue.models import ModelSpec
from dialogue.personas import describe
from simulation import leases, services
from simulation.casting import Casting
from simulation.models import Run, Simulation
from simulation.workers import Step, Worker, new_worker_name
from tests.dialogue.speaking import NarrowModel
from tests.factories import make_study
from tests.simulation.scripts import (
    ANSWERS,
    ASKS,
    MODELS_FILE,
    Script,
    hurried_clock,
    make_worker,
    scripts,
    started_run,
    stop_after,
    work_off,
)

pytestmark = pytest.mark.django_db

TURNS = [("Q1", "A1"), ("Q2", "A2")]


class InterferingModel(ScriptedModel):
    """Does something to the database before it says reply number ``when`` (from 0), and then hangs if it should."""

    def __init__(self, script: Script, when: int, act: Callable[[], object], *, hangs: bool = False) -> None:
        super().__init__(script)
        self._when = when
        self._act = act
        self._hangs = hangs

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[str | Reply]:
        if sum(message.role == "assistant" for message in messages) == self._when:
            await sync_to_async(self._act)()
            await asyncio.sleep(3600 if self._hangs else 0)
        async for piece in super().generate(messages, sampling, conversation):
            yield piece


class BrokenModel(ScriptedModel):
    """Has a bug that only one of the histories brings out."""

    def _find(self, messages: Sequence[Message]) -> str:
        if any("chickens" in message.content for message in messages):
            raise RuntimeError("A bug.")
        return super()._find(messages)


class CountingModel(ScriptedModel):
    """Remembers the most requests that it ever had under way."""

    most = 0

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[str | Reply]:
        async for piece in super().generate(messages, sampling, conversation):
            self.most = max(self.most, self.under_way)
            yield piece


def one_cell() -> Run:
    return started_run(make_study(goal_count=1, persona_count=1))


def interrupt(run: Run, position: int) -> None:
    """Plays every dialogue up to this turn, and drops the worker there."""
    hung: list[int] = []
    hanging = InterferingModel(ASKS, position, lambda: hung.append(1), hangs=True)
    cells = run.simulations.count()
    work_off(run, make_worker(scripts(hanging), should_stop=lambda: len(hung) == cells))


def said(turns: QuerySet[Turn]) -> list[tuple[str, str]]:
    return list(turns.order_by("dialogue", "position").values_list("utterance", "response"))


def requests_to(models: dict[str, ChatModel]) -> list[int]:
    return [len(model.requests) for model in models.values() if isinstance(model, ScriptedModel)]


def act_on(run: Run, change: Callable[[Run], None]) -> Callable[[], None]:
    return lambda: change(Run.objects.get(pk=run.pk))


@pytest.mark.parametrize("concurrency", [1, 3, 16])
def test_every_cell_is_played_exactly_once(concurrency: int) -> None:
    run = started_run(seeds=(73, 321))
    models = scripts()
    finished = work_off(run, make_worker(models, concurrency=concurrency))
    assert finished.state == Run.State.FINISHED
    assert Dialogue.objects.filter(ending="goal_reached").count() == Dialogue.objects.count() == 8
    assert said(Turn.objects.all()) == TURNS * 8
    assert requests_to(models) == [24, 16]
    assert not run.simulations.exclude(worker="", leased_until=None, failures=0, error="").exists()


@pytest.mark.parametrize("concurrency", [1, 3])
def test_as_many_dialogues_as_asked_for_are_under_way_at_once(concurrency: int) -> None:
    asker = CountingModel(ASKS, pause=0.001)
    work_off(started_run(seeds=(73, 321)), make_worker(scripts(asker), concurrency=concurrency))
    assert asker.most == concurrency


def test_two_workers_share_a_run_without_playing_a_cell_twice() -> None:
    run = started_run(seeds=(73, 321))
    models = scripts()
    workers = [make_worker(models, concurrency=2) for _ in range(2)]

    async def work_together() -> None:
        await asyncio.gather(*(worker.work_off(Simulation.objects.filter(run=run)) for worker in workers))

    async_to_sync(work_together)()
    assert Dialogue.objects.filter(ending="goal_reached").count() == Dialogue.objects.count() == 8
    assert said(Turn.objects.all()) == TURNS * 8


def test_a_dialogue_knows_everything_that_identifies_it() -> None:
    run = work_off(started_run(features="age"))
    cell = run.simulations.select_related("dialogue", "persona", "goal")[0]
    dialogue = cell.dialogue
    assert dialogue is not None
    assert (dialogue.study, dialogue.goal, dialogue.persona) == (run.study, cell.goal, cell.persona)
    assert dialogue.persona_sentence == describe({"age": cell.persona.features["age"]})
    assert (dialogue.inquirer, dialogue.responder) == (run.configuration["inquirer"], run.configuration["responder"])
    assert (dialogue.kind, dialogue.seed, dialogue.ending) == ("simulated", 73, "goal_reached")
    assert dialogue.ended_at is not None
    assert cell.finished_at is not None


def test_every_output_is_stored_raw_and_judged() -> None:
    work_off(one_cell(), make_worker(scripts(ScriptedModel(['"Q1" or "Q1b"', "FINISH"]))))
    outputs = Output.objects.values_list("position", "side", "verdict", "raw", "text", "prompts_found")
    assert list(outputs) == [
        (0, "inquirer", "said", '"Q1" or "Q1b"', "Q1", 2),
        (0, "responder", "said", "A1", "A1", 0),
        (1, "inquirer", "stop", "FINISH", "", 0),
    ]


def test_tokens_of_both_sides_are_counted_by_the_responder_on_the_extracted_text() -> None:
    models = scripts(ScriptedModel(['Well: "one two three"', "FINISH"]), ScriptedModel(["four words they are "]))
    work_off(one_cell(), make_worker(models))
    turn = Turn.objects.get()
    assert (turn.utterance_tokens, turn.response_tokens) == (3, 4)


def test_a_turn_is_saved_before_the_next_is_asked_for() -> None:
    saved: list[int] = []
    asker = InterferingModel(ASKS, 1, lambda: saved.append(Turn.objects.count()))
    work_off(one_cell(), make_worker(scripts(asker)))
    assert saved == [1]


def test_whoever_watches_is_told_of_every_turn_and_ending() -> None:
    steps: list[Step] = []
    work_off(started_run(), make_worker(on_step=steps.append))
    assert sorted(type(step).__name__ for step in steps) == ["Ended"] * 4 + ["Exchange"] * 8


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


def test_an_infrastructure_error_is_tried_again_and_never_an_ending() -> None:
    busy = BackendError("Busy.")
    models = scripts(answerer=ScriptedModel(["A1", busy, busy, "A2"]))
    run = work_off(one_cell(), make_worker(models, clock=hurried_clock()))
    assert run.state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS
    assert Output.objects.count() == 5
    assert list(run.simulations.values_list("dialogue__ending", "failures", "error")) == [("goal_reached", 0, "")]


def test_a_refused_content_is_an_ending_and_not_tried_again() -> None:
    models = scripts(answerer=ScriptedModel(["A1", ContentRefused("No."), "A2"]))
    run = work_off(one_cell(), make_worker(models))
    assert (run.state, Dialogue.objects.get().ending) == (Run.State.FINISHED, "model_error")
    assert said(Turn.objects.all()) == TURNS[:1]


def test_an_error_that_does_not_go_away_stops_the_run_and_says_why() -> None:
    models = scripts(answerer=ScriptedModel([*[BackendError("The server is down.")] * 9, *ANSWERS]))
    run = work_off(one_cell(), make_worker(models, patience=3, clock=hurried_clock()))
    assert (run.state, run.message) == (Run.State.PAUSED, "Stopped after 3 failures in a row: The server is down.")
    assert not Dialogue.objects.exists()
    assert not Turn.objects.exists()


def test_progress_between_errors_renews_the_patience() -> None:
    busy = BackendError("Busy.")
    models = scripts(ScriptedModel([busy, ASKS[0], busy, ASKS[1], busy, ASKS[2]]))
    assert work_off(one_cell(), make_worker(models, patience=2, clock=hurried_clock())).state == Run.State.FINISHED


def test_a_bug_that_one_cell_brings_out_does_not_touch_the_others() -> None:
    run = started_run(make_study(goal_count=3, persona_count=1))
    work_off(run, make_worker(scripts(BrokenModel(ASKS)), patience=50, clock=hurried_clock()))
    assert run.state == Run.State.PAUSED
    assert run.message == "Stopped after 50 failures in a row: Unexpected RuntimeError: see the worker's log."
    assert list(run.simulations.values_list("goal__number", "dialogue__ending")) == [
        (1, "goal_reached"),
        (2, "goal_reached"),
        (3, None),
    ]


@pytest.mark.parametrize("change", [services.pause_run, services.cancel_run])
def test_a_run_that_is_stopped_stops_at_once_and_leaves_no_half_turn(change: Callable[[Run], None]) -> None:
    run = one_cell()
    answerer = InterferingModel(ANSWERS, 1, act_on(run, change), hangs=True)
    work_off(run, make_worker(scripts(answerer=answerer)))
    assert run.state == (Run.State.PAUSED if change is services.pause_run else Run.State.CANCELLED)
    assert said(Turn.objects.all()) == TURNS[:1]
    assert Output.objects.count() == 2
    assert run.simulations.filter(worker="", leased_until=None, finished_at=None).count() == 1
    assert answerer.under_way == 0


@pytest.mark.parametrize("change", [services.pause_run, services.cancel_run])
def test_what_a_stopped_run_still_says_is_not_stored(change: Callable[[Run], None]) -> None:
    run = one_cell()
    answerer = InterferingModel(ANSWERS, 1, act_on(run, change))
    work_off(run, make_worker(scripts(answerer=answerer)))
    assert said(Turn.objects.all()) == TURNS[:1]


def test_a_stopped_run_is_completed_once_it_is_started_again() -> None:
    run = one_cell()
    answerer = InterferingModel(ANSWERS, 1, act_on(run, services.pause_run), hangs=True)
    work_off(run, make_worker(scripts(answerer=answerer)))
    services.start_run(run)
    assert work_off(run).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS


@pytest.mark.parametrize("when", [0, 1])
def test_whoever_has_lost_a_lease_writes_nothing_more(when: int) -> None:
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
    Simulation.objects.update(worker="killed", leased_until=hurried_clock()())
    assert work_off(run).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS
    assert Dialogue.objects.count() == 1


def test_a_worker_whose_clock_leaps_does_not_play_its_own_cells_twice() -> None:
    models = scripts(ScriptedModel(ASKS, pause=0.01))
    run = work_off(started_run(), make_worker(models, clock=hurried_clock(), tick=0.001))
    assert run.state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS * 4


def test_a_model_that_has_changed_since_the_run_began_stops_it_with_a_sentence(tmp_path: Path) -> None:
    models_file = Path(copy(MODELS_FILE, tmp_path))
    run = started_run(models_file=models_file)
    models_file.write_text(models_file.read_text("utf-8").replace("max_n = 5", "max_n = 6"), "utf-8")
    work_off(run, make_worker(models_file=models_file))
    assert (run.state, run.message) == (
        Run.State.PAUSED,
        "Model 'answerer' is no longer what this run began with: restore it, or start a new run.",
    )
    assert not Dialogue.objects.exists()
    assert not run.simulations.exclude(worker="", leased_until=None).exists()


def test_a_model_that_is_gone_stops_the_run_with_a_sentence(tmp_path: Path) -> None:
    run = started_run()
    work_off(run, make_worker(models_file=tmp_path / "models.toml"))
    assert run.state == Run.State.PAUSED
    assert "cannot be read: check MODELS_FILE." in run.message


@pytest.mark.parametrize(("asker_room", "answerer_room", "side"), [(1, 99, "inquirer"), (99, 1, "responder")])
def test_a_context_that_does_not_hold_the_first_prompt_stops_the_run_with_a_sentence_and_stores_nothing(
    asker_room: int, answerer_room: int, side: str
) -> None:
    models = scripts(NarrowModel(asker_room, '"QN"'), NarrowModel(answerer_room, "AN"))
    run = work_off(started_run(), make_worker(models))
    assert run.state == Run.State.PAUSED
    assert f"The context of the {side} is too small for its first prompt" in run.message
    assert "raise `context` in models.toml." in run.message
    assert not Dialogue.objects.exists()


def test_a_context_that_fills_up_later_is_an_ending() -> None:
    run = work_off(one_cell(), make_worker(scripts(NarrowModel(3, '"QN"'), NarrowModel(99, "AN"))))
    assert (run.state, run.message) == (Run.State.FINISHED, "")
    assert (Dialogue.objects.get().ending, Turn.objects.count()) == ("context_full", 1)


def test_a_worker_looks_after_its_leases_while_a_model_loads() -> None:
    models, looks = scripts(), count()
    loading: list[int] = []

    def load_slowly(spec: ModelSpec) -> ChatModel:
        before = next(looks)
        time.sleep(0.3)
        loading.append(next(looks) - before)
        return models[spec.name]

    worker = Worker(Casting(MODELS_FILE, load_slowly), tick=0.02, should_stop=lambda: next(looks) < 0)
    assert work_off(one_cell(), worker).state == Run.State.FINISHED
    assert loading[0] > 3


def test_who_ends_first_leaves_the_others_at_work_on_the_same_run() -> None:
    run = started_run(make_study(goal_count=2, persona_count=1))
    first, second = run.simulations.all()
    leases.claim(Simulation.objects.filter(pk=second.pk), "another terminal", 1, timezone.now())
    async_to_sync(make_worker().work_off)(Simulation.objects.filter(pk=first.pk))
    services.leave_run(run)
    assert run.state == Run.State.RUNNING
    assert leases.renew([second.pk], "another terminal", timezone.now()) == {second.pk}


def test_the_turn_limit_of_the_run_is_kept() -> None:
    run = work_off(started_run(make_study(goal_count=1, persona_count=1), max_turns=1))
    assert (run.state, Dialogue.objects.get().ending, Turn.objects.count()) == (Run.State.FINISHED, "max_turns", 1)


def test_only_the_cells_given_are_played() -> None:
    run = started_run(seeds=(73, 321))
    async_to_sync(make_worker().work_off)(run.simulations.filter(seed=321))
    assert list(run.simulations.filter(finished_at=None).values_list("seed", flat=True)) == [73] * 4


def test_a_worker_without_work_ends() -> None:
    assert work_off(work_off(started_run())).state == Run.State.FINISHED


def test_no_two_workers_have_one_name() -> None:
    assert len({new_worker_name() for _ in range(100)}) == 100
    assert isinstance(make_worker(), Worker)
