"""Branches that are dropped, stopped or fail: they go on from their last complete turn, and nothing is said twice."""

import pytest
from asgiref.sync import async_to_sync
from pytest_django import DjangoAssertNumQueries

from dialogue.backends.base import BackendError
from dialogue.backends.scripted import ScriptedModel
from jobs.tasks import process
from simulation import tasks
from simulation.branches.queue import BRANCHES
from simulation.branches.workers import BranchWorker
from simulation.casting import Casting
from simulation.models import Branch
from studies.models import Dialogue
from tests.simulation.branches.branching import branch_at, play, simulated_dialogue, turns_of
from tests.simulation.scripts import AT_ONCE, MODELS_FILE, TURNS, InterferingModel, scripts, stop_after

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]


def test_a_dropped_branch_continues_from_its_last_turn_and_keeps_its_edited_utterance() -> None:
    branch = branch_at(simulated_dialogue(), 1, utterance="Is it so?")
    hung: list[int] = []
    hanging = InterferingModel(["", '"Q2"', "FINISH"], 1, lambda: hung.append(1), hangs=True)
    play(branch, models=scripts(hanging), should_stop=lambda: bool(hung))
    assert turns_of(branch.dialogue) == [("Is it so?", "A1")]
    assert (branch.worker, branch.finished_at) == ("", None)
    play(branch, models=scripts(ScriptedModel(["", '"Q2"', "FINISH"])))
    assert turns_of(branch.dialogue) == [("Is it so?", "A1"), TURNS[1]]
    assert branch.dialogue.outputs.count() == 4


def test_a_worker_that_lost_its_branch_stores_nothing_more() -> None:
    branch = branch_at(simulated_dialogue(), 2)
    stolen: list[int] = []
    soon = stop_after(5)
    asker = InterferingModel(["", '"Q2"'], 1, lambda: stolen.append(Branch.objects.update(worker="somebody else")))
    play(branch, models=scripts(asker), should_stop=lambda: bool(stolen) and soon())
    assert turns_of(branch.dialogue) == TURNS[:1]
    assert not branch.dialogue.outputs.exists()


def test_a_branch_whose_model_keeps_failing_pauses_with_the_reason_and_can_be_resumed() -> None:
    branch = branch_at(simulated_dialogue(), 2)
    failing = ScriptedModel(["", BackendError("Busy."), BackendError("Busy."), '"Q2"', "FINISH"])
    play(branch, models=scripts(failing), patience=2, longest_pause=AT_ONCE)
    assert branch.has_failed
    assert "Busy." in branch.message
    BRANCHES.start(branch)
    play(branch)
    assert turns_of(branch.dialogue) == TURNS


def test_a_claimed_branch_can_be_named_without_another_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    branch = branch_at(simulated_dialogue(), 2)
    [claimed] = BRANCHES.claim(Branch.objects.all(), "worker", 1)
    with django_assert_num_queries(0):
        assert str(claimed) == f"Branch of {branch.parent} at turn 2"


def test_workers_of_the_site_find_queued_branches() -> None:
    branch = branch_at(simulated_dialogue(), 2)
    BRANCHES.queue(branch)
    assert tasks.branch.name == BRANCHES.task
    assert BRANCHES in [duty.queue for duty in process.duties]
    found = scripts()
    worker = BranchWorker(casting=Casting(MODELS_FILE, lambda spec: found[spec.name]), tick=0.02)
    async_to_sync(worker.work_off)(BRANCHES.queued())
    branch.refresh_from_db()
    assert (branch.state, Dialogue.objects.get(branch=branch).ending) == (Branch.State.FINISHED, "goal_reached")
