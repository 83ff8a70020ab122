"""Scripted replies instead of a model, for tests and for trying out a study's pages without waiting."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from random import Random
from time import perf_counter

from dialogue.backends.base import BackendError, Health, Piece, Reply, Sampling, StreamingModel
from dialogue.backends.provenance import Provenance
from dialogue.messages import Message, Speaking
from dialogue.model_config import ModelSpec
from dialogue.thought_events import Opened
from dialogue.thoughts import split

_REMEMBERED = 1000
_WORD = re.compile(r"\s*\S+(?:\s+\Z)?|\s+\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """One call that a scripted model received."""

    messages: tuple[Message, ...]
    sampling: Sampling
    conversation: str


class ScriptedModel(StreamingModel):
    """Answers with the reply whose index is the number of answers already in the history.

    So every conversation gets the same script, in whatever order the conversations arrive. An exception in ``replies``
    is raised once, when the reply after it is first requested: ``[BackendError("Busy."), "Hi."]`` fails, then works.
    A reply that ends in the request's ``end_token`` ends the conversation. A token is a word; ``pause`` is the time in seconds
    before each. Between replies it varies by up to the fraction ``spread``, drawn from the sampler's seed. ``under_way`` and
    ``requests``, the latest only, are for assertions.
    """

    def __init__(
        self,
        replies: Sequence[str | BackendError],
        *,
        pause: float = 0.0,
        spread: float = 0.0,
        capacity: int | None = None,
        name: str = "scripted",
    ) -> None:
        self.capacity = capacity
        self.requests: list[Request] = []
        self.under_way = 0
        self._texts = [reply for reply in replies if isinstance(reply, str)]
        self._failures = _failures(replies)
        self._pause = pause
        self._spread = spread
        self._name = name
        self._is_closed = False

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        self.requests.append(Request(tuple(messages), sampling, conversation))
        del self.requests[:-_REMEMBERED]
        self.under_way += 1
        try:
            async with aclosing(self._speak(self._find(messages, sampling.role), messages, sampling)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self.under_way -= 1

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def pause_for(self, sampling: Sampling) -> float:
        """Return the seconds before each word of a reply with this seed."""
        return self._pause * (1 + self._spread * Random(sampling.seed).uniform(-1, 1))

    async def close(self) -> None:
        self._is_closed = True

    def _find(self, messages: Sequence[Message], role: Speaking) -> str:
        position = sum(message.role == role for message in messages)
        self._refuse_if_closed()
        if self._failures.get(position):
            raise self._failures[position].pop(0)
        if position >= len(self._texts):
            raise BackendError(f"Model {self._name!r} has no reply number {position + 1}. Add it to its replies.")
        return self._texts[position]

    async def _speak(self, text: str, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[Piece]:
        pause, start = self.pause_for(sampling), perf_counter()
        first = start
        said = ""
        if kind := split(text).closed_alone:  # as if the template had opened the thought that ends in the first reply
            yield Opened(kind)
        end = sampling.end_token
        whole = text.removesuffix(end) if end else text
        for word in islice(_WORD.findall(whole), sampling.max_tokens):
            await asyncio.sleep(pause)
            self._refuse_if_closed()
            first = first if said else perf_counter()
            said += word
            yield word
        yield Reply(
            text=said,
            stop_reason="length" if said != whole else "stop" if whole == text else "ended",
            prompt_tokens=sum(self.count_tokens(message.content) for message in messages),
            completion_tokens=self.count_tokens(said),
            first_token_seconds=first - start,
            seconds=perf_counter() - start,
        )

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise BackendError(f"Model {self._name!r} has been closed. Open it again.")


def load(spec: ModelSpec) -> ScriptedModel:
    """Return a model that gives the replies of ``spec`` at its speed."""
    return ScriptedModel(spec.replies, pause=spec.pause, spread=spec.spread, capacity=spec.slots, name=spec.name)


def examine(spec: ModelSpec) -> Health:
    """Return that the model can run, unless it has no replies."""
    if not spec.replies:
        return Health(False, f"Model {spec.name!r} has no replies. List them in the models file.")
    count = "one scripted reply" if len(spec.replies) == 1 else f"{len(spec.replies)} scripted replies"
    return Health(True, f"Model {spec.name!r} gives {count}.")


def provenance(spec: ModelSpec) -> Provenance:
    """Return what the outputs depend on."""
    return Provenance("exact", "The replies are a script.", "each request separately")


def _failures(replies: Sequence[str | BackendError]) -> dict[int, list[BackendError]]:
    """Return the exceptions by the position of the reply that follows them."""
    failures: dict[int, list[BackendError]] = {}
    position = 0
    for reply in replies:
        if isinstance(reply, str):
            position += 1
        else:
            failures.setdefault(position, []).append(reply)
    return failures
