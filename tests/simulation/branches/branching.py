"""Branches of dialogues of scripted models, and workers that play them."""

from typing import Any

from asgiref.sync import async_to_sync

from dialogue.backends.base import ChatModel
from simulation.branches.forking import fork
from simulation.branches.queue import BRANCHES
from simulation.branches.requests import BranchRequest
from simulation.branches.workers import BranchWorker
from simulation.casting import Casting
from simulation.models import Branch
from studies.models import Dialogue
from tests.simulation.scripts import MODELS_FILE, one_cell, said, scripts, work_off

Said = list[tuple[str, str]]


def simulated_dialogue() -> Dialogue:
    """Return the only dialogue of a run: two turns, then the inquirer reached its goal."""
    work_off(one_cell())
    return Dialogue.objects.get()


def branch_at(parent: Dialogue, turn: int, **changes: Any) -> Branch:
    """Return a branch that is open to this process."""
    branch = fork(parent, BranchRequest(turn, **changes), MODELS_FILE)
    BRANCHES.start(branch)
    return branch


def play(*branches: Branch, models: dict[str, ChatModel] | None = None, **fields: Any) -> None:
    """Let a worker play the branches, and update them."""
    found = models or scripts()
    usual: dict[str, Any] = {"casting": Casting(MODELS_FILE, lambda spec: found[spec.name]), "tick": 0.02}
    worker = BranchWorker(**usual | fields)
    async_to_sync(worker.work_off)(Branch.objects.filter(pk__in=[branch.pk for branch in branches]))
    for branch in branches:
        branch.refresh_from_db()


def turns_of(dialogue: Dialogue) -> Said:
    return said(dialogue.turns.all())
