"""What one event loop needs to talk to a provider."""

import asyncio
from asyncio import Future, Semaphore
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from openai import AsyncAzureOpenAI, AsyncOpenAI, DefaultAsyncHttpxClient

from dialogue.backends.openai.answer import Answer
from dialogue.backends.openai.connection import transport
from dialogue.models import ModelSpec

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Line:
    """Connections, the cap on the requests under way, what they wait for, and the answers that are coming in."""

    client: AsyncOpenAI
    gate: Semaphore
    waits: set[Future[Any]] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)

    @contextmanager
    def hold(self, answer: Answer) -> Iterator[None]:
        """Keeps ``answer`` among those under way; those that are there at the same time are not alone."""
        self.answers.append(answer)
        for one in self.answers:
            one.is_alone = one.is_alone and len(self.answers) == 1
        try:
            yield
        finally:
            self.answers.remove(answer)

    async def wait_for(self, awaitable: Awaitable[_T]) -> _T:
        """Awaits in a task of its own, which ``hang_up`` can cancel without a hand on the caller's."""
        wait = asyncio.ensure_future(awaitable)
        self.waits.add(wait)
        try:
            return await wait
        finally:
            self.waits.discard(wait)

    async def hang_up(self) -> None:
        """Ends all waits by a CancelledError, lets them close their responses, then closes the connections."""
        waits = list(self.waits)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        await self.client.close()


def open_line(spec: ModelSpec, connection: dict[str, Any]) -> Line:
    """A line with what ``connection`` tells a client of the provider's kind."""
    kind = AsyncAzureOpenAI if spec.api == "azure" else AsyncOpenAI
    return Line(kind(**connection, http_client=DefaultAsyncHttpxClient(**transport())), Semaphore(spec.requests))
