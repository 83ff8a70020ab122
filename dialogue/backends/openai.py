"""Models behind an OpenAI-compatible API: OpenAI, Azure, and servers such as vLLM, llama-server and Ollama.

The library retries what is worth retrying (429, 5xx, lost connections), doubling its wait with jitter, and obeys
``Retry-After`` up to two minutes.
"""

import asyncio
import os
from asyncio import AbstractEventLoop, Future, Semaphore
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar

from openai import (
    APIError,
    AsyncAzureOpenAI,
    AsyncOpenAI,
    AsyncStream,
    AzureOpenAI,
    BadRequestError,
    NotFoundError,
    OpenAI,
    Timeout,
)
from openai.types.chat import ChatCompletionChunk

from dialogue.backends.base import (
    BackendError,
    Health,
    ModelMisconfigured,
    Reply,
    Sampling,
    StreamingModel,
)
from dialogue.backends.openai_errors import refusal, translated
from dialogue.backends.openai_wire import Answer, address, completion_request
from dialogue.messages import Message
from dialogue.models import ModelSpec

_T = TypeVar("_T")

_RETRIES = 5
_TIMEOUT = Timeout(300, connect=10)
_EXAMINE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Line:
    """What belongs to one event loop: connections, the cap on the requests under way, and what they wait for."""

    client: AsyncOpenAI
    gate: Semaphore
    waits: set[Future[Any]] = field(default_factory=set)

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


class OpenAIModel(StreamingModel):
    """A model at a provider. ``requests`` of its description caps what is under way, per event loop."""

    def __init__(self, spec: ModelSpec, *, retries: int = _RETRIES) -> None:
        self.capacity = spec.requests
        self._spec = spec
        self._connection = _connection(spec) | {"timeout": _TIMEOUT, "max_retries": retries}
        self._lines: dict[AbstractEventLoop, _Line] = {}
        self._tells_usage = True
        self._is_closed = False

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[str | Reply]:
        answer = Answer()
        line = self._line()
        request = completion_request(self._spec, messages, sampling)
        async with line.gate, aclosing(self._chunks(line.client, request)) as chunks:
            while chunk := await self._next(line, chunks):
                if piece := answer.add(chunk):
                    yield piece
        self._check(answer)
        yield answer.reply()

    async def _next(self, line: _Line, chunks: AsyncGenerator[ChatCompletionChunk]) -> ChatCompletionChunk | None:
        """The next chunk, None after the last. Raises the contract's errors."""
        self._refuse_if_closed()
        try:
            return await line.wait_for(anext(chunks, None))
        except APIError as error:
            raise translated(error, self._spec) from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not (task and task.cancelling()):  # then it was not the caller who was cancelled
                self._refuse_if_closed()
            raise

    async def _chunks(self, client: AsyncOpenAI, request: dict[str, Any]) -> AsyncGenerator[ChatCompletionChunk]:
        async with await self._ask(client, request) as stream:
            async for chunk in stream:
                yield chunk

    def count_tokens(self, text: str) -> None:
        """Providers do not let one know."""

    async def close(self) -> None:
        self._is_closed = True
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line:
            await line.hang_up()

    def _line(self) -> _Line:
        """The running loop's line; those of loops that have ended are forgotten."""
        self._refuse_if_closed()
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            self._lines = {other: line for other, line in self._lines.items() if not other.is_closed()}
            client = (AsyncAzureOpenAI if self._spec.api == "azure" else AsyncOpenAI)(**self._connection)
            self._lines[loop] = _Line(client, Semaphore(self._spec.requests))
        return self._lines[loop]

    async def _ask(self, client: AsyncOpenAI, request: dict[str, Any]) -> AsyncStream[ChatCompletionChunk]:
        """The answer's stream, with token counts unless the server is one of those that refuse to send them."""
        wish: dict[str, Any] = {"stream_options": {"include_usage": True}} if self._tells_usage else {}
        try:
            chunks: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(**request, **wish)
        except BadRequestError as error:
            if not wish or "stream_options" not in error.message:
                raise
            self._tells_usage = False
            return await self._ask(client, request)
        return chunks

    def _check(self, answer: Answer) -> None:
        if answer.finish == "content_filter":
            raise refusal(self._spec)
        if answer.finish is None:
            raise BackendError(f"{address(self._spec)} broke off its answer: try again later.")

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise BackendError(f"Model {self._spec.name!r} has been closed: open it again.")


def load(spec: ModelSpec) -> OpenAIModel:
    """The model at its provider. Raises ModelMisconfigured when the key or the address is missing."""
    return OpenAIModel(spec)


def examine(spec: ModelSpec) -> Health:
    """Whether there is a key and a server that accepts it; asks for its list of models, which costs nothing."""
    kind = AzureOpenAI if spec.api == "azure" else OpenAI
    with kind(**_connection(spec), timeout=_EXAMINE_SECONDS, max_retries=0) as client:
        try:
            client.models.list()
        except NotFoundError:
            return Health(True, f"{address(spec)} can be reached, but does not list its models.")
        except APIError as error:
            return Health(False, str(translated(error, spec)))
    return Health(True, f"{address(spec)} can be reached.")


def _connection(spec: ModelSpec) -> dict[str, Any]:
    """What a client of either kind needs to know. Raises ModelMisconfigured."""
    if spec.api == "openai":
        return {"api_key": _key(spec), "base_url": address(spec)}
    for setting in ("base_url", "api_version"):
        if not getattr(spec, setting):
            raise ModelMisconfigured(f"Model {spec.name!r} runs on Azure: set its {setting!r} in the models file.")
    return {"api_key": _key(spec), "azure_endpoint": spec.base_url, "api_version": spec.api_version}


def _key(spec: ModelSpec) -> str:
    """The key; servers of one's own may want none, but the library insists on something."""
    if spec.key_env is None:
        return "none"
    key = os.environ.get(spec.key_env)
    if not key:
        raise ModelMisconfigured(f"Model {spec.name!r} needs a key: set the environment variable {spec.key_env}.")
    return key
