"""The worker that tunes: the steps run on a thread, and what they give is stored as it happens."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import cast

from asgiref.sync import sync_to_async

from characters.models import Tuning
from characters.tuning.folders import read_samples
from characters.tuning.progress import Begun, Finished, Step, store_begin, store_end, store_points
from characters.tuning.queue import TUNINGS
from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from jobs.queues import Queue
from jobs.workers import Hopeless
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.refusals import TuningRefused
from rolellm.tuning.requirements import check_backend, require_packages
from studies.language_models.descriptions import decisive
from studies.language_models.identities import describe_model, find_described
from studies.language_models.model_workers import ModelWorker

Event = Begun | Step | Finished
"""What the thread tells: the beginning, each step, the end."""


@dataclass(kw_only=True)
class TuningWorker(ModelWorker[Tuning]):
    """A worker that tunes one model at a time, and calls ``on_step`` with the number of each step and of all."""

    models_file: Path
    concurrency: int = 1
    patience: int = 2
    on_step: Callable[[int, int], None] = lambda _step, _steps: None

    @property
    def queue(self) -> Queue[Tuning]:
        return TUNINGS

    async def _do(self, item: Tuning) -> None:
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        stop = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(event: Event) -> None:
            loop.call_soon_threadsafe(events.put_nowait, event)

        thread = asyncio.ensure_future(asyncio.to_thread(self._tune, item, tell, stop))
        thread.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while happened := await _next_events(events):
                await self._store(item, happened)
            await thread
        finally:
            stop.set()
            await asyncio.wait([thread])  # it ends before its next batch, and another worker must not begin earlier

    async def _store(self, item: Tuning, happened: list[Event]) -> None:
        for kind, group in groupby(happened, type):
            if kind is Begun:
                await sync_to_async(store_begin)(item, self.name, cast(Begun, next(group)))
            elif kind is Finished:
                await sync_to_async(store_end)(item, self.name, self.clock(), cast(Finished, next(group)))
            else:
                await sync_to_async(store_points)(item, self.name, cast(list[Step], list(group)))
                self.on_step(item.step, item.steps)

    def _tune(self, item: Tuning, tell: Callable[[Event], None], stop: threading.Event) -> None:
        """Tune on this thread until the end, or until ``stop`` is set."""
        require_packages()
        spec = find_tuned(self.models_file, item)
        try:
            _run(spec, item, tell, stop)
        except TuningRefused as error:
            raise Hopeless(str(error)) from error


def find_tuned(models_file: Path, item: Tuning) -> ModelSpec:
    """Return the base model. Raises ModelMisconfigured if it is gone or has changed since the tuning was requested."""
    spec = find_described(models_file, item.model)
    check_backend(spec)
    if decisive(describe_model(spec)) != decisive(item.configuration["model"]):
        raise ModelMisconfigured(
            f"Model {item.model!r} has changed since this tuning was requested. Restore its settings in models.toml, or request"
            " another tuning."
        )
    return spec


def _run(spec: ModelSpec, item: Tuning, tell: Callable[[Event], None], stop: threading.Event) -> None:
    from rolellm.tuning.tuning import prepare

    folder = Path(item.folder)
    tuning = prepare(spec, read_samples(folder), Recipe(**item.configuration["recipe"]), folder, stop.is_set)
    training, examples = tuning.training, tuning.examples
    begun = Begun(
        list(training.points),
        training.steps,
        tuning.steps_per_epoch,
        tuning.device,
        examples.left_out,
        examples.shortened,
    )
    tell(begun)
    for point in training.run():
        tell(point)
    if training.is_complete:
        manifest = tuning.finish()
        tell(Finished(tuning.adapter, manifest.weights, manifest.template, manifest.tuning))


async def _next_events(events: asyncio.Queue[Event | None]) -> list[Event]:
    """Return all events that have happened, waiting for the first; [] at the end."""
    happened = [await events.get()]
    while happened[-1] is not None and not events.empty():
        happened.append(events.get_nowait())
    if happened[-1] is None and len(happened) > 1:
        events.put_nowait(None)
    return [event for event in happened if event is not None]
