"""Models that the web process loads for tries of prompt sets only, and soon closes again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from dialogue.backends import registry
from dialogue.backends.base import BackendError, ChatModel
from dialogue.model_config import ModelSpec

KEPT_SECONDS = 60.0
"""How long a model stays loaded after an output: until the next outputs of the same try."""


@dataclass(slots=True)
class _Loaded:
    loading: asyncio.Task[ChatModel]
    closing: asyncio.TimerHandle | None = None


class TriedModels:
    """Lends a model to one output at a time. A model that is open for chats is lent too, and left open.

    An output that gives up waiting does not interrupt the loading, so that the next one finds the model.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, _Loaded] = {}
        self.is_busy = False

    @asynccontextmanager
    async def lend(self, spec: ModelSpec) -> AsyncIterator[ChatModel]:
        """Yield the loaded model. Raises ModelMisconfigured."""
        self.is_busy = True
        try:
            shared = registry.opened_model(spec)
            yield shared or await self._load(spec)
        finally:
            self.is_busy = False
            self._close_later(spec.engine)

    @property
    def tasks(self) -> set[asyncio.Task[ChatModel]]:
        """Return the tasks that load models."""
        return {found.loading for found in self._loaded.values()}

    async def close(self) -> None:
        """Close all models."""
        for engine in list(self._loaded):
            await self._close(engine)

    async def _load(self, spec: ModelSpec) -> ChatModel:
        found = self._loaded.get(spec.engine)
        if found is None:
            found = _Loaded(asyncio.create_task(asyncio.to_thread(registry.load_apart, spec)))
            self._loaded[spec.engine] = found
        elif found.closing:
            found.closing.cancel()
        return await asyncio.shield(found.loading)

    def _close_later(self, engine: str) -> None:
        if found := self._loaded.get(engine):
            loop = asyncio.get_running_loop()
            found.closing = loop.call_later(KEPT_SECONDS, lambda: loop.create_task(self._close(engine)))

    async def _close(self, engine: str) -> None:
        found = self._loaded.pop(engine)
        if found.closing:
            found.closing.cancel()
        with suppress(BackendError):  # what cannot be loaded need not be closed
            await (await found.loading).close()
