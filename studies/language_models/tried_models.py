"""The model that the web process loads for tries only, of which nothing is stored, and soon closes again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.model_config import ModelSpec

T = TypeVar("T")
PATIENCE = 40.0
"""Seconds for one output: less than the 45 that others wait for their turn at the web server."""
MOST_WAITS = 8
"""How many times a try waits that long for a model that is still loading."""
KEPT_SECONDS = 60.0
"""How long a model stays loaded after an output: until the next outputs of the same try."""


class Busy(Exception):
    """Another try has a model, or loads one."""


@dataclass(slots=True, eq=False)
class _Held:
    """A model that is loading, loaded, closing or closed. ``timer`` closes it later."""

    engine: str
    loading: asyncio.Task[ChatModel]
    timer: asyncio.TimerHandle | None = None
    closing: asyncio.Task[None] | None = None

    @property
    def is_of_use(self) -> bool:
        """Return whether it is loaded or will be: a failed loading is tried again, because its cause may be gone."""
        has_failed = self.loading.done() and (self.loading.cancelled() or self.loading.exception() is not None)
        return not has_failed and self.closing is None

    def keep(self) -> None:
        """Do not close the model while someone uses it."""
        if self.timer:
            self.timer.cancel()

    def close_later(self) -> None:
        self.keep()
        self.timer = asyncio.get_running_loop().call_later(KEPT_SECONDS, self.begin_to_close)

    def begin_to_close(self) -> asyncio.Task[None]:
        """Return the one task that closes the model, however often this is called."""
        self.keep()
        self.closing = self.closing or asyncio.create_task(self._close())
        return self.closing

    async def _close(self) -> None:
        await asyncio.wait({self.loading})
        if not self.loading.cancelled() and self.loading.exception() is None:
            await self.loading.result().close()


class TriedModels:
    """Lends a model to one output at a time, and keeps at most one in memory: another one is loaded when it is closed.

    A model that is open for chats is lent too, and left open. An output that gives up waiting does not interrupt the loading,
    so that the next one finds the model.
    """

    def __init__(self) -> None:
        self._held: _Held | None = None
        self._is_lent = False

    @asynccontextmanager
    async def lend(self, spec: ModelSpec) -> AsyncIterator[ChatModel]:
        """Yield the loaded model. Raises ModelMisconfigured, or Busy while another try waits for a model."""
        if self._is_lent or self._is_loading_another(spec):
            raise Busy
        self._is_lent = True
        try:
            if shared := registry.opened_model(spec):
                yield shared
            elif spec.backend == "openai":  # it needs no memory here, and must not replace a model that does
                async with _connected(spec) as model:
                    yield model
            else:
                async with self._holding(spec) as held:
                    yield await asyncio.shield(held.loading)
        finally:
            self._is_lent = False

    @property
    def tasks(self) -> set[asyncio.Task[ChatModel] | asyncio.Task[None]]:
        """Return the tasks that load and close the model."""
        held = self._held
        return {task for task in (held.loading, held.closing) if task} if held else set()

    async def close(self) -> None:
        """Close the model."""
        if held := self._held:
            await held.begin_to_close()
            self._held = None

    def _is_loading_another(self, spec: ModelSpec) -> bool:
        held = self._held
        return held is not None and held.engine != spec.engine and not held.loading.done()

    @asynccontextmanager
    async def _holding(self, spec: ModelSpec) -> AsyncIterator[_Held]:
        held = self._held
        if held is None or held.engine != spec.engine or not held.is_of_use:
            held = self._held = _Held(spec.engine, asyncio.create_task(_load_after(held, spec)))
        held.keep()
        try:
            yield held
        finally:
            held.close_later()


tried_models = TriedModels()
"""Those of this process."""


async def ask_with(ask: Callable[[TriedModels], Awaitable[T]]) -> T:
    """Call ``ask`` with the models of this process. Without a server, close them with the event loop."""
    try:
        return await ask(tried_models)
    finally:
        if asyncio.all_tasks() - tried_models.tasks == {asyncio.current_task()}:
            await tried_models.close()


def refuse_workers_model(spec: ModelSpec) -> None:
    """Raise ModelMisconfigured for a model that must not be loaded by the web process."""
    if spec.backend == "transformers":
        raise ModelMisconfigured(
            f"Model {spec.name!r} runs in a worker, and this page cannot load it. Start a run with one persona and one goal"
            " instead."
        )


@asynccontextmanager
async def _connected(spec: ModelSpec) -> AsyncIterator[ChatModel]:
    model = await asyncio.to_thread(registry.load_apart, spec)
    try:
        yield model
    finally:
        await model.close()


async def _load_after(former: _Held | None, spec: ModelSpec) -> ChatModel:
    """Load the model when the former one is closed, so that no two are in memory."""
    if former:
        await former.begin_to_close()
    return await asyncio.to_thread(registry.load_apart, spec)
