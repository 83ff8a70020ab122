"""A model at a provider.

The library only sends requests. Answers are read here, because the library raises arbitrary errors on unusual chunks. Failed
requests (429, 5xx, lost connections) are repeated here, because they must wait for their turn again, and because a provider's
``Retry-After`` is meant for all requests to it.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, Timeout

from dialogue.backends.base import BackendError, ModelMisconfigured, Piece, Sampling, StreamingModel
from dialogue.backends.openai.answer import Answer
from dialogue.backends.openai.complaints import Complained, complaint_in
from dialogue.backends.openai.connection import FAILURES, connection, status_complaint
from dialogue.backends.openai.errors import meaning, resting, without_schema
from dialogue.backends.openai.gate import Turn
from dialogue.backends.openai.line import Line, open_line
from dialogue.backends.openai.outcomes import broken, check_answer, unreadable
from dialogue.backends.openai.overflow import is_overflow
from dialogue.backends.openai.repeats import LONGEST_PAUSE, NO_ADVICE, Unreached, is_overload, read_advice, wait_before
from dialogue.backends.openai.settings import refused_setting, unsent
from dialogue.backends.openai.stream import Event, Unreadable, read_events
from dialogue.backends.openai.thoughts import likely_thought
from dialogue.backends.openai.wire import completion_request, is_openai, sent_settings, unchecked
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.thought_events import Thought

_T = TypeVar("_T")

_RETRIES = 2
"""Few, so that a dead server is known within seconds: participants can press Retry, and runs are tried again later."""
_PATIENCE = 300.0
"""Seconds without a piece of an answer after which a server counts as hung."""
_AFTERWARDS = 10.0
"""Seconds to wait for token counts once an answer is complete."""
_AT_ONCE = 0.05


class OpenAIModel(StreamingModel):
    """A model at a provider. ``requests`` in its description limits the concurrent requests, per event loop.

    Their number adapts to the provider's answers (``AdaptiveLimit``).

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
        self._connection = connection(spec) | {"timeout": Timeout(patience, connect=10), "max_retries": 0}
        self._retries = retries
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
        line, tries, advice = self._line(), 0, NO_ADVICE
        place = line.gate.place()
        while True:
            self._refuse_if_closed()  # from here to the queue nothing is awaited, so none comes after its waiting has ended
            if pause := self._long_pause(line):
                raise pause
            async with line.gate.turn(place) as turn:
                request = completion_request(self._spec, messages, sampling, self._left_out)
                sent = sent_settings(request)
                answer = Answer(sampling.max_tokens, unsent(sampling, sent, is_openai=is_openai(self._spec)))
                try:
                    async with aclosing(self._listen(line, request, answer)) as pieces:
                        async for piece in pieces:
                            turn.begin()
                            yield piece
                    self._accept(answer)
                    turn.answer(answer.size)
                    break
                except (Complained, Unreached) as failure:
                    self._note(line, turn, failure)
                    advice = failure.advice if tries < self._retries else NO_ADVICE
                    if not advice.may_repeat:
                        self._adapt(failure, sent, answer)
            if advice.may_repeat:
                tries += 1
                await self._while_open(line, asyncio.sleep(wait_before(tries) if advice.pause is None else 0))
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
                if answer.is_done:
                    await self._read_end(line, events)
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
        """Return the next event, None after the last. Raises Complained, Unreached and the contract's errors."""
        try:
            return await self._while_open(line, anext(events, None))
        except APIStatusError as error:
            advice = read_advice(error.status_code, error.response.headers)
            raise Complained(status_complaint(error, self._secret), advice) from None
        except FAILURES as error:
            if answer.finish is not None:
                return None
            why = broken(error, answer, self._spec)
            if isinstance(error, APIConnectionError):
                raise Unreached(why, is_timeout=isinstance(error, APITimeoutError)) from None
            raise why from None

    async def _read_end(self, line: Line, events: AsyncGenerator[Event]) -> None:
        """Read what follows a complete answer, if it comes at once: only then can the connection serve another request."""
        with suppress(*FAILURES):
            async with asyncio.timeout(_AT_ONCE):
                await self._while_open(line, anext(events, None))

    async def _while_open(self, line: Line, awaitable: Awaitable[_T]) -> _T:
        """Await something that closing the model ends with a BackendError."""
        self._refuse_if_closed()
        try:
            return await line.wait_for(awaitable)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not (task and task.cancelling()):  # then the caller was not cancelled
                self._refuse_if_closed()
            raise

    async def _events(self, client: AsyncOpenAI, request: dict[str, Any], answer: Answer) -> AsyncGenerator[Event]:
        """Yield the server's events. Comments that only keep the connection open do not extend the wait."""
        async with (
            client.chat.completions.with_streaming_response.create(**unchecked(request)) as response,
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
            await line.hang_up(self._closed())

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

    def _adapt(self, failure: Complained | Unreached, sent: Sequence[str], answer: Answer) -> None:
        """Leave a refused setting out from now on. Raises the contract's error for any other failure."""
        if isinstance(failure, Unreached):
            raise failure.error from None
        error = meaning(failure.complaint, self._spec)
        is_about_settings = type(error) in (BackendError, ModelMisconfigured) and not answer.pieces
        name = refused_setting(failure.complaint, sent) if is_about_settings else None
        if name == "response_format":
            raise without_schema(failure.complaint, self._spec) from None
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

    def _note(self, line: Line, turn: Turn, failure: Complained | Unreached) -> None:
        """Adapt to a provider that has too much to do, or asks for a pause."""
        if isinstance(failure, Unreached):
            is_refusal = failure.is_timeout
        else:
            is_refusal = is_overload(failure.complaint.status) or failure.advice.pause is not None
        if is_refusal:
            turn.refuse(failure.advice.pause)
        if pause := self._long_pause(line):
            line.gate.dismiss(pause)

    def _long_pause(self, line: Line) -> BackendError | None:
        """Return an error if the provider allows no request for longer than a dialogue can wait."""
        pause = line.gate.limit.pause
        return resting(self._spec, pause) if pause > LONGEST_PAUSE else None

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise self._closed()

    def _closed(self) -> BackendError:
        return BackendError(f"Model {self._spec.name!r} has been closed. Open it again.")
