"""Scripted guards, and workers that let them check dialogues."""

from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from dialogue.backends.base import ChatModel
from dialogue.backends.scripted import load
from simulation.guards import checks
from simulation.guards.results import GuardResult, read_results
from simulation.guards.scopes import dialogues_of_run
from simulation.guards.workers import GuardWorker
from simulation.models import Run
from studies.models import GuardRun
from tests.factories import make_dialogues, make_run

MODELS_FILE = Path(__file__).parents[2] / "data" / "guard_models.toml"


def finished_run(**fields: Any) -> Run:
    """A finished run of four dialogues with two turns each."""
    run = make_run(state=Run.State.FINISHED, **fields)
    make_dialogues(list(run.simulations.select_related("run", "goal", "persona")))
    return run


def request_checks(run: Run, model: str = "strict", models_file: Path = MODELS_FILE) -> GuardRun:
    return checks.request_checks(run.study, dialogues_of_run(run), model, models_file)


def results_of(run: Run) -> list[GuardResult]:
    return read_results(run.study, dialogues_of_run(run))


def make_worker(model: ChatModel | None = None, models_file: Path = MODELS_FILE, **fields: Any) -> GuardWorker:
    """A worker for which every guard is ``model``, or the script of models.toml, with a tick of a fiftieth of a second."""
    return GuardWorker(models_file, lambda spec: model or load(spec), **{"tick": 0.02} | fields)


def work_off(guard_run: GuardRun, worker: GuardWorker | None = None) -> GuardRun:
    checks.GUARD_CHECKS.start(guard_run)
    async_to_sync((worker or make_worker()).work_off)(guard_run.checks.all())
    guard_run.refresh_from_db()
    return guard_run


def checked_run(model: str = "strict") -> Run:
    """A finished run whose dialogues this guard has checked."""
    run = finished_run()
    work_off(request_checks(run, model))
    return run
