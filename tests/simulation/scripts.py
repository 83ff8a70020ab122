"""Runs with scripted models, and workers that play them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.db.models import F, QuerySet

from dialogue.backends.base import BackendError, ChatModel, Piece, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from simulation import services
from simulation.casting import Casting
from simulation.models import Run, Simulation
from simulation.requests import RunRequest
from simulation.workers import Worker
from studies.models import Study, Turn
from tests.factories import make_study

MODELS_FILE = Path(__file__).parent.parent / "data" / "scripted_models.toml"
ASKS = ['I would ask: "Q1"', '"Q2"', "FINISH"]
ANSWERS = ["A1", "A2"]
TURNS = [("Q1", "A1"), ("Q2", "A2")]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
AT_ONCE = timedelta(0)
"""The longest pause of workers who must not be waited for."""

Script = Sequence[str | BackendError]


def request_run(study: Study | None = None, *, models_file: Path = MODELS_FILE, **fields: Any) -> Run:
    """Return a run of two scripted models over a whole study, by default one with two goals and two personas."""
    return services.request_run(study or make_study(), RunRequest("asker", "answerer", **fields), models_file)


def started_run(study: Study | None = None, **fields: Any) -> Run:
    """Return such a run, opened to this process."""
    run = request_run(study, **fields)
    services.start_run(run)
    return run


def scripts(asker: ChatModel | None = None, answerer: ChatModel | None = None) -> dict[str, ChatModel]:
    """Return the models of both speakers by name; by default they reach the goal after two turns."""
    return {"asker": asker or ScriptedModel(ASKS), "answerer": answerer or ScriptedModel(ANSWERS)}


def make_worker(models: dict[str, ChatModel] | None = None, models_file: Path = MODELS_FILE, **fields: Any) -> Worker:
    """Return a worker that finds ``models`` by name and checks its leases fifty times a second."""
    found = models or scripts()
    return Worker(Casting(models_file, lambda spec: found[spec.name]), **{"tick": 0.02} | fields)


def work_off(run: Run, worker: Worker | None = None) -> Run:
    """Let the worker process the run's open cells, and return the updated run."""
    async_to_sync((worker or make_worker()).work_off)(Simulation.objects.filter(run=run))
    run.refresh_from_db()
    return run


def let_pass(time: timedelta) -> None:
    """Move all leases and pauses of cells into the past, as if this much time had passed."""
    Simulation.objects.exclude(leased_until=None).update(leased_until=F("leased_until") - time)


def stop_after(looks: int) -> Callable[[], bool]:
    """Return a ``should_stop`` that becomes true after ``looks`` calls."""
    asked = count(1)
    return lambda: next(asked) > looks


class InterferingModel(ScriptedModel):
    """A model that changes the database before reply number ``when`` (from 0), and then hangs if requested."""

    def __init__(self, script: Script, when: int, act: Callable[[], object], *, hangs: bool = False) -> None:
        super().__init__(script)
        self._when = when
        self._act = act
        self._hangs = hangs

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        if sum(message.role == "assistant" for message in messages) == self._when:
            await sync_to_async(self._act)()
            await asyncio.sleep(3600 if self._hangs else 0)
        async for piece in super().generate(messages, sampling, conversation):
            yield piece


def one_cell() -> Run:
    return started_run(make_study(goal_count=1, persona_count=1))


def interrupt(run: Run, position: int) -> None:
    """Play every dialogue up to this turn, then drop the worker."""
    hung: list[int] = []
    hanging = InterferingModel(ASKS, position, lambda: hung.append(1), hangs=True)
    cells = run.simulations.count()
    work_off(run, make_worker(scripts(hanging), should_stop=lambda: len(hung) == cells))


def said(turns: QuerySet[Turn]) -> list[tuple[str, str]]:
    return list(turns.order_by("dialogue", "position").values_list("utterance", "response"))


def requests_to(models: dict[str, ChatModel]) -> list[int]:
    return [len(model.requests) for model in models.values() if isinstance(model, ScriptedModel)]
