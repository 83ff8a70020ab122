"""One event loop's connection to a provider."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from openai import AsyncAzureOpenAI, AsyncOpenAI, DefaultAsyncHttpxClient

from dialogue.backends.openai.answer import Answer
from dialogue.backends.openai.connection import transport
from dialogue.backends.openai.gate import Gate
from dialogue.backends.openai.limit import AdaptiveLimit
from dialogue.model_config import ModelSpec

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Line:
    """Connections, the queue of requests, what they wait for, and the answers in progress."""

    client: AsyncOpenAI
    gate: Gate
    waits: set[Future[Any]] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)

    @contextmanager
    def hold(self, answer: Answer) -> Iterator[None]:
        """Keep ``answer`` among those in progress; concurrent answers are marked as not alone."""
        self.answers.append(answer)
        for one in self.answers:
            one.is_alone = one.is_alone and len(self.answers) == 1
        try:
            yield
        finally:
            self.answers.remove(answer)

    async def wait_for(self, awaitable: Awaitable[_T]) -> _T:
        """Await in a separate task, which ``hang_up`` can cancel without cancelling the caller's."""
        wait = asyncio.ensure_future(awaitable)
        self.waits.add(wait)
        try:
            return await wait
        finally:
            self.waits.discard(wait)

    async def hang_up(self, error: Exception) -> None:
        """End all waits, let them close their responses, then close the connections.

        Requests that wait for their turn end with ``error``, the others with a CancelledError.
        """
        self.gate.dismiss(error)
        waits = list(self.waits)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        await self.client.close()


def open_line(spec: ModelSpec, connection: dict[str, Any]) -> Line:
    """Return a line whose client has the arguments of ``connection``."""
    kind = AsyncAzureOpenAI if spec.api == "azure" else AsyncOpenAI
    gate = Gate(AdaptiveLimit(spec.requests))
    return Line(kind(**connection, http_client=DefaultAsyncHttpxClient(**transport())), gate)
