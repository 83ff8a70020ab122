"""A model at a provider.

The library sends requests and retries temporary failures (429, 5xx, lost connections), doubling its wait with jitter, and
obeys ``Retry-After`` up to two minutes. Answers are read here, because the library raises arbitrary errors on unusual chunks.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from openai import APIStatusError, AsyncOpenAI, Timeout

from dialogue.backends.base import BackendError, ModelMisconfigured, Piece, Sampling, StreamingModel
from dialogue.backends.openai.answer import Answer
from dialogue.backends.openai.complaints import Complained, complaint_in
from dialogue.backends.openai.connection import FAILURES, connection, status_complaint
from dialogue.backends.openai.errors import meaning
from dialogue.backends.openai.line import Line, open_line
from dialogue.backends.openai.outcomes import broken, check_answer, unreadable
from dialogue.backends.openai.overflow import is_overflow
from dialogue.backends.openai.settings import refused_setting, unsent
from dialogue.backends.openai.stream import Event, Unreadable, read_events
from dialogue.backends.openai.thoughts import likely_thought
from dialogue.backends.openai.wire import completion_request, is_openai, sent_settings
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.thought_events import Thought

_RETRIES = 2
"""Few, so that a dead server is known within seconds: participants can press Retry, and runs are tried again later."""
_PATIENCE = 300.0
"""Seconds without a piece of an answer after which a server counts as hung."""
_AFTERWARDS = 10.0
"""Seconds to wait for token counts once an answer is complete."""


class OpenAIModel(StreamingModel):
    """A model at a provider. ``requests`` in its description limits the concurrent requests, per event loop.

    A setting that the server refuses is left out from then on, and every reply names it.
    """

    def __init__(
        self,
        spec: ModelSpec,
        *,
        retries: int = _RETRIES,
        patience: float = _PATIENCE,
        afterwards: float = _AFTERWARDS,
    ) -> None:
        self.capacity = spec.requests
        self.guess = likely_thought(spec.model)
        self._spec = spec
        self._connection = connection(spec) | {"timeout": Timeout(patience, connect=10), "max_retries": retries}
        self._patience = patience
        self._afterwards = afterwards
        self._lines: dict[AbstractEventLoop, Line] = {}
        self._left_out: frozenset[str] = frozenset(spec.leave_out)
        self._gives_reasons = False
        self._lacks_reasons = False
        self._is_closed = False

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        line = self._line()
        async with line.gate:
            while True:
                request = completion_request(self._spec, messages, sampling, self._left_out)
                sent = sent_settings(request)
                answer = Answer(sampling.max_tokens, unsent(sampling, sent, is_openai=is_openai(self._spec)))
                try:
                    async with aclosing(self._listen(line, request, answer)) as pieces:
                        async for piece in pieces:
                            yield piece
                    break
                except Complained as complained:
                    self._adapt(complained, sent, answer)
        self._accept(answer)
        yield answer.reply()

    async def _listen(self, line: Line, request: dict[str, Any], answer: Answer) -> AsyncGenerator[str | Thought]:
        """Yield the text and the thoughts of an answer as they arrive. Raises Complained if the server sends an error."""
        with line.hold(answer):
            async with aclosing(self._events(line.client, request, answer)) as events:
                while not answer.is_done and (event := await self._next(line, events, answer)) is not None:
                    piece, thought = self._take(event, answer), answer.untold_thought()
                    if thought:
                        yield Thought(thought)
                    if piece:
                        yield piece
            if piece := answer.close():
                yield piece

    def _take(self, event: Event, answer: Answer) -> str:
        """Return the text that ``event`` adds to the answer. After the answer's end nothing counts as a failure."""
        if event == "done":
            answer.is_done = True
            return ""
        if isinstance(event, Unreadable):
            if answer.finish is None:
                raise unreadable(event, answer, self._spec, self._secret)
            return ""
        complaint = complaint_in(event, self._secret) if answer.finish is None else None
        if complaint is None:
            return answer.add(event)
        if answer.pieces and is_overflow(complaint):
            answer.finish = "length"  # the answer filled the rest of the context after the prompt
            return ""
        raise Complained(complaint)

    async def _next(self, line: Line, events: AsyncGenerator[Event], answer: Answer) -> Event | None:
        """Return the next event, None after the last. Raises Complained and the contract's errors."""
        self._refuse_if_closed()
        try:
            return await line.wait_for(anext(events, None))
        except APIStatusError as error:
            raise Complained(status_complaint(error, self._secret)) from None
        except FAILURES as error:
            if answer.finish is not None:
                return None
            raise broken(error, answer, self._spec) from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not (task and task.cancelling()):  # then the caller was not cancelled
                self._refuse_if_closed()
            raise

    async def _events(self, client: AsyncOpenAI, request: dict[str, Any], answer: Answer) -> AsyncGenerator[Event]:
        """Yield the server's events. Comments that only keep the connection open do not extend the wait."""
        async with (
            client.chat.completions.with_streaming_response.create(**request) as response,
            aclosing(read_events(response.iter_bytes())) as events,
        ):
            while True:
                async with asyncio.timeout(self._patience if answer.finish is None else self._afterwards):
                    event = await anext(events, None)
                if event is None:
                    return
                yield event

    def count_tokens(self, text: str) -> None:
        """Return None: providers offer no way to count."""

    async def close(self) -> None:
        self._is_closed = True
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line:
            await line.hang_up()

    def _line(self) -> Line:
        """Return the running loop's line, and drop those of loops that have ended."""
        self._refuse_if_closed()
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            self._lines = {other: line for other, line in self._lines.items() if not other.is_closed()}
            self._lines[loop] = open_line(self._spec, self._connection)
        return self._lines[loop]

    @property
    def _secret(self) -> str:
        return str(self._connection["api_key"])

    def _adapt(self, complained: Complained, sent: Sequence[str], answer: Answer) -> None:
        """Leave a refused setting out from now on. Raises the contract's error for any other complaint."""
        error = meaning(complained.complaint, self._spec)
        is_about_settings = type(error) in (BackendError, ModelMisconfigured) and not answer.pieces
        name = refused_setting(complained.complaint, sent) if is_about_settings else None
        if name is None:
            raise error from None
        self._left_out |= {name}

    def _accept(self, answer: Answer) -> None:
        """Check the answer. Raises the contract's error if it is not a complete reply.

        An answer without a reason for its end may have been cut off by another request, on a server that answers one at a time.
        It was not cut off if no other request was in progress, or if complete answers of this server also lack a reason.
        """
        may_lack_reason = not self._gives_reasons and (answer.is_alone or self._lacks_reasons)
        check_answer(answer, self._spec, may_lack_reason=may_lack_reason)
        self._gives_reasons |= answer.finish is not None
        self._lacks_reasons |= answer.finish is None

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise BackendError(f"Model {self._spec.name!r} has been closed. Open it again.")
