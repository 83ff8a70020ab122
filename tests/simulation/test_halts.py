"""An error that halts a run: what workers were doing then is stored, and nothing more begins."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest
from asgiref.sync import sync_to_async

from dialogue.backends.base import Piece, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from jobs.leases import LEASE, LeaseLost
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from studies.models import Dialogue, Turn
from tests.factories import make_study
from tests.simulation.scripts import (
    ASKS,
    TURNS,
    InterferingModel,
    let_pass,
    make_worker,
    one_cell,
    requests_to,
    said,
    scripts,
    started_run,
    work_off,
)

pytestmark = pytest.mark.django_db
MESSAGE = "The account has no credit left."


class HaltedAnswerer(ScriptedModel):
    """Halts the run as soon as two dialogues wait for their second answer, which comes several ticks later."""

    def __init__(self) -> None:
        super().__init__(["A1", "A2"])
        self._waiting = 0
        self._is_halted = asyncio.Event()

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        if any(message.content == "A1" for message in messages):
            await self._halt()
        async for piece in super().generate(messages, sampling, conversation):
            yield piece

    async def _halt(self) -> None:
        self._waiting += 1
        if self._waiting == 2:
            await sync_to_async(halt)()
            self._is_halted.set()
        await self._is_halted.wait()
        await asyncio.sleep(0.1)


def halt() -> None:
    CELLS.halt(Run.objects.get(), MESSAGE)


def held(worker: str = "ann") -> tuple[Run, list[Simulation]]:
    """Return a halted run of two cells, both of which this worker holds."""
    run = started_run(make_study(goal_count=2, persona_count=1))
    cells = CELLS.claim(run.simulations.all(), worker, 2)
    CELLS.halt(run, MESSAGE)
    return run, cells


def test_turns_in_progress_are_stored_and_no_other_begins_until_the_run_is_started_again() -> None:
    run = started_run(make_study(goal_count=3, persona_count=1))
    models = scripts(answerer=HaltedAnswerer())
    halted = work_off(run, make_worker(models, concurrency=2))
    assert (halted.state, halted.message) == (Run.State.PAUSED, MESSAGE)
    assert said(Turn.objects.all()) == TURNS * 2
    assert requests_to(models) == [4, 4]
    assert not run.simulations.exclude(worker="", leased_until=None).exists()
    again = scripts()
    CELLS.start(run)
    assert work_off(run, make_worker(again)).state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS * 3
    assert requests_to(again) == [1 + 1 + 3, 2]


def test_a_halted_run_whose_last_dialogue_ends_after_all_is_finished() -> None:
    run = one_cell()
    asker = InterferingModel(ASKS, 2, lambda: CELLS.halt(run, MESSAGE))
    finished = work_off(run, make_worker(scripts(asker)))
    assert (finished.state, finished.message) == (Run.State.FINISHED, "")
    assert Dialogue.objects.get().ending == "goal_reached"


def test_the_holder_of_a_cell_keeps_it_and_learns_that_the_run_is_halted() -> None:
    run, cells = held()
    assert CELLS.renew([cell.pk for cell in cells], "ann") == {cell.pk for cell in cells}
    assert CELLS.hold(cells[0], "ann", "seed") == (73,)
    assert not cells[0].run.is_running
    CELLS.release([cells[1].pk], "ann")
    assert CELLS.claim(run.simulations.all(), "bob", 2) == []


def test_a_cell_of_a_halted_run_belongs_to_one_worker_as_before() -> None:
    run, [cell, _] = held()
    let_pass(2 * LEASE)
    CELLS.start(run)
    assert cell in CELLS.claim(run.simulations.all(), "bob", 2)
    with pytest.raises(LeaseLost):
        CELLS.hold(cell, "ann")
    CELLS.halt(run, MESSAGE)
    assert CELLS.renew([cell.pk], "ann") == set()


def test_nothing_more_of_a_halted_run_is_stored_once_someone_cancels_it() -> None:
    run, [cell, _] = held()
    CELLS.cancel(run)
    assert CELLS.renew([cell.pk], "ann") == set()
    with pytest.raises(LeaseLost):
        CELLS.hold(cell, "ann")
