"""Celery tasks for simulated dialogues, branches and guards."""

from django.conf import settings

from dialogue.backends import registry
from jobs.tasks import is_stopping, works_off
from simulation.branches.queue import BRANCHES
from simulation.branches.workers import BranchWorker
from simulation.casting import Casting
from simulation.cells import CELLS
from simulation.guards.checks import GUARD_CHECKS
from simulation.guards.workers import GuardWorker
from simulation.workers import Worker


@works_off(CELLS)
def simulate() -> Worker:
    """Return a worker that plays the dialogues of queued runs."""
    return Worker(Casting(settings.MODELS_FILE, registry.open_model), should_stop=is_stopping.is_set)


@works_off(BRANCHES)
def branch() -> BranchWorker:
    """Return a worker that plays queued branches."""
    return BranchWorker(Casting(settings.MODELS_FILE, registry.open_model), should_stop=is_stopping.is_set)


@works_off(GUARD_CHECKS)
def guard() -> GuardWorker:
    """Return a worker that lets guards check dialogues."""
    return GuardWorker(settings.MODELS_FILE, registry.open_model, should_stop=is_stopping.is_set)
