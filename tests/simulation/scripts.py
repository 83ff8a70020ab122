"""Runs whose models are scripts, and workers that play them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from collection.models import Study
from dialogue.backends.base import BackendError, ChatModel
from dialogue.backends.scripted import ScriptedModel
from simulation import services
from simulation.casting import Casting
from simulation.models import Run, Simulation
from simulation.requests import RunRequest
from simulation.workers import Worker
from tests.factories import make_study

MODELS_FILE = Path(__file__).parent.parent / "data" / "scripted_models.toml"
ASKS = ['I would ask: "Q1"', '"Q2"', "FINISH"]
ANSWERS = ["A1", "A2"]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

Script = Sequence[str | BackendError]


def request_run(study: Study | None = None, *, models_file: Path = MODELS_FILE, **fields: Any) -> Run:
    """A run of two scripted models over all of a study that has two goals and two personas unless given."""
    return services.request_run(study or make_study(), RunRequest("asker", "answerer", **fields), models_file)


def started_run(study: Study | None = None, **fields: Any) -> Run:
    """The same, opened to this process."""
    run = request_run(study, **fields)
    services.start_run(run)
    return run


def scripts(asker: ChatModel | None = None, answerer: ChatModel | None = None) -> dict[str, ChatModel]:
    """The models of both sides by name; by default they reach the goal after two turns."""
    return {"asker": asker or ScriptedModel(ASKS), "answerer": answerer or ScriptedModel(ANSWERS)}


def make_worker(models: dict[str, ChatModel] | None = None, models_file: Path = MODELS_FILE, **fields: Any) -> Worker:
    """A worker that finds ``models`` under their names and looks around fifty times a second."""
    found = models or scripts()
    return Worker(Casting(models_file, lambda spec: found[spec.name]), **{"tick": 0.02} | fields)


def work_off(run: Run, worker: Worker | None = None) -> Run:
    """Lets the worker do what is open of the run; gives the run back as it is then."""
    async_to_sync((worker or make_worker()).work_off)(Simulation.objects.filter(run=run))
    run.refresh_from_db()
    return run


def hurried_clock(step: timedelta = timedelta(minutes=10)) -> Callable[[], datetime]:
    """A clock that is ``step`` ahead each time one looks, so that no lease or pause is ever waited for."""
    times: Iterator[datetime] = (NOON + tick * step for tick in count())
    return times.__next__


def stop_after(looks: int) -> Callable[[], bool]:
    """A wish to stop that comes when the worker has asked for it ``looks`` times."""
    asked = count(1)
    return lambda: next(asked) > looks
