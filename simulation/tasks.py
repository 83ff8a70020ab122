"""Celery tasks for simulated dialogues and branches."""

from django.conf import settings

from dialogue.backends import registry
from jobs.tasks import is_stopping, works_off
from simulation.branches.queue import BRANCHES
from simulation.branches.workers import BranchWorker
from simulation.casting import Casting
from simulation.cells import CELLS
from simulation.workers import Worker


@works_off(CELLS)
def simulate() -> Worker:
    """Return a worker that plays the dialogues of queued runs."""
    return Worker(Casting(settings.MODELS_FILE, registry.open_model), should_stop=is_stopping.is_set)


@works_off(BRANCHES)
def branch() -> BranchWorker:
    """Return a worker that plays queued branches."""
    return BranchWorker(Casting(settings.MODELS_FILE, registry.open_model), should_stop=is_stopping.is_set)
