"""Workers with a real database and scripted models: what they play and store."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest
from asgiref.sync import async_to_sync

from dialogue.backends.base import Piece, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from dialogue.personas import describe
from jobs.workers import new_worker_name
from simulation.models import Run, Simulation
from simulation.workers import Step, Worker
from studies.models import Dialogue, Output, Turn
from tests.factories import make_study
from tests.simulation.scripts import (
    ASKS,
    TURNS,
    InterferingModel,
    make_worker,
    one_cell,
    requests_to,
    said,
    scripts,
    started_run,
    work_off,
)

pytestmark = pytest.mark.django_db


class CrowdedModel(ScriptedModel):
    """A model that lets its requests wait for ``crowd`` of them at once, and records the maximum."""

    def __init__(self, crowd: int) -> None:
        super().__init__(ASKS)
        self.most = 0
        self._crowd = crowd
        self._is_full = asyncio.Event()

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        async for piece in super().generate(messages, sampling, conversation):
            self.most = max(self.most, self.under_way)
            if self.most >= self._crowd:
                self._is_full.set()
            await self._is_full.wait()
            yield piece


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
    asker = CrowdedModel(concurrency)
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


def test_a_dialogue_stores_everything_that_identifies_it() -> None:
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
    outputs = Output.objects.values_list("position", "speaker", "status", "raw", "text", "prompts_found")
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


def test_the_observer_receives_every_turn_and_ending() -> None:
    steps: list[Step] = []
    work_off(started_run(), make_worker(on_step=steps.append))
    assert sorted(type(step).__name__ for step in steps) == ["Ended"] * 4 + ["Exchange"] * 8


def test_the_turn_limit_of_the_run_is_kept() -> None:
    run = work_off(started_run(make_study(goal_count=1, persona_count=1), max_turns=1))
    assert (run.state, Dialogue.objects.get().ending, Turn.objects.count()) == (Run.State.FINISHED, "max_turns", 1)


def test_only_the_given_cells_are_simulated() -> None:
    run = started_run(seeds=(73, 321))
    async_to_sync(make_worker().work_off)(run.simulations.filter(seed=321))
    assert list(run.simulations.filter(finished_at=None).values_list("seed", flat=True)) == [73] * 4


def test_a_worker_without_work_ends() -> None:
    assert work_off(work_off(started_run())).state == Run.State.FINISHED


def test_no_two_workers_have_one_name() -> None:
    assert len({new_worker_name() for _ in range(100)}) == 100
    assert isinstance(make_worker(), Worker)
