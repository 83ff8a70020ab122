"""With the real engine: branches without changes repeat their parents word for word, and other seeds say something else."""

from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from dialogue.backends import registry
from simulation.branches.forking import fork
from simulation.branches.queue import BRANCHES
from simulation.branches.requests import BranchRequest
from simulation.branches.workers import BranchWorker
from simulation.casting import Casting
from simulation.models import Branch
from simulation.requests import RunRequest
from simulation.services import request_run, start_run
from simulation.workers import Worker
from studies.models import Dialogue
from tests.embedded_model import write_models
from tests.factories import make_study
from tests.simulation.branches.branching import turns_of


@pytest.mark.django_db
def test_branches_with_the_same_everything_continue_as_their_parents_and_those_with_another_seed_do_not(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MODELS_FILE = write_models(tmp_path, slots=8, max_tokens=40)
    run = request_run(make_study(goal_count=1, persona_count=4), RunRequest("tiny", "tiny", max_turns=3))
    start_run(run)
    casting = Casting(settings.MODELS_FILE, registry.open_model)
    async_to_sync(Worker(casting).work_off)(run.simulations.all())
    parents = [one for one in Dialogue.objects.all() if one.turns.count() >= 2][:2]
    assert len(parents) == 2
    same, other = ([fork(one, BranchRequest(2, seed=seed)) for one in parents] for seed in (None, 74))
    for branch in (*same, *other):
        BRANCHES.start(branch)
    async_to_sync(BranchWorker(casting=casting, concurrency=1).work_off)(Branch.objects.all())
    async_to_sync(registry.close_models)()

    for branch, control in zip(same, other, strict=True):
        branch.dialogue.refresh_from_db()
        assert turns_of(branch.dialogue) == turns_of(branch.parent)
        assert branch.dialogue.ending == branch.parent.ending
        assert turns_of(control.dialogue)[:1] == turns_of(control.parent)[:1]
        assert turns_of(control.dialogue)[1:] != turns_of(control.parent)[1:]
