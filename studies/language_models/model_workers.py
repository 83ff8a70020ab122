"""Workers that need language models."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from jobs.leases import Work
from jobs.workers import Worker
from studies.language_models.keys import without_keys

T = TypeVar("T")


@dataclass(kw_only=True)
class ModelWorker(Worker[Work]):
    """A worker whose items need language models."""

    _loading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def _explain(self, error: Exception) -> str:
        return without_keys(str(error))

    async def _load(self, load: Callable[[], T]) -> T:
        """Load models on a separate thread, one at a time: loading takes long, and leases must still be renewed."""
        async with self._loading:
            return await asyncio.to_thread(load)
