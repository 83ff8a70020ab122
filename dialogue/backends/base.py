"""The contract between the method and the libraries that run models."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Literal, Protocol, Self

from dialogue.messages import Message
from dialogue.thought_marks import Kind
from dialogue.thoughts import Opened, Splitter, Thinking, Thought

StopReason = Literal["stop", "length"]

LEAST_ROOM = 64
"""A prompt fits a context when this many new tokens (or the request's ``max_tokens``, if fewer) still find room."""


class BackendError(Exception):
    """Something went wrong while a model was asked; the message is one sentence that says what to do.

    Raised as itself it is an infrastructure error: worth another try later, and never a research result.
    """


class ModelMisconfigured(BackendError):
    """The model cannot run as it is described; trying again will not help."""


class ContextFull(BackendError):
    """The prompt leaves no room for an answer in the model's context."""


class ContentRefused(BackendError):
    """The provider refuses this content."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw tokens. ``top_k`` 0 and ``top_p`` 1 switch the filter off; ``temperature`` 0 is greedy.

    ``today`` is the date for the model's chat template, given so that a resumed dialogue has the same prompt.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    repeat_penalty: float = 1.0
    max_tokens: int = 1000
    seed: int = 0
    today: date | None = None

    def seeded(self, seed: int) -> Self:
        """The same settings with another seed."""
        return replace(self, seed=seed)

    def varied(self, seed: int) -> Self:
        """Other settings for regenerating a failed output, drawn from ``seed`` in the official implementation's ranges."""
        draw = Random(seed)
        return replace(self, seed=seed, temperature=draw.uniform(0.5, 1.0), top_k=draw.randint(5, 50))


@dataclass(frozen=True, slots=True)
class Reply:
    """One raw model output with its costs.

    Times are in seconds; tokens are the model's own, None if the provider does not count them. ``unsent`` names the settings
    that the provider was not sent, because it refuses or does not know them.
    """

    text: str
    stop_reason: StopReason
    prompt_tokens: int | None
    completion_tokens: int | None
    first_token_seconds: float
    seconds: float
    unsent: tuple[str, ...] = ()
    thoughts: str = ""
    thought_tokens: int | None = None
    marked: str | None = None
    """The output with its thoughts and their marks, if it had any."""

    @property
    def raw(self) -> str:
        """The output as it came."""
        return self.text if self.marked is None else self.marked


Piece = str | Opened | Thought | Reply
"""The events of a backend: text; first of all, that the prompt ends in a thought; parts of a thought sent separately."""


@dataclass(slots=True)
class Heard:
    """What a model has put out so far, as it came: it grows while the model speaks, and while it thinks."""

    splitter: Splitter | None = None

    @property
    def raw(self) -> str:
        return self.splitter.split.raw if self.splitter else ""


class ReplyStream(AsyncIterator[str | Thinking]):
    """The pieces of a reply as they are generated; after the last one, ``reply`` holds the whole.

    A ``Thinking`` comes whenever the model begins to think; the reply's text may then be shorter than before. ``heard`` also
    has what comes in no piece, and stays readable if the stream was closed early. ``aclose()`` cancels the generation and
    frees what it holds at the backend.
    """

    def __init__(self, generation: AsyncGenerator[str | Thinking | Reply], heard: Heard) -> None:
        self._generation = generation
        self.heard = heard
        self.reply: Reply | None = None

    async def __anext__(self) -> str | Thinking:
        piece = await anext(self._generation)
        if not isinstance(piece, Reply):
            return piece
        self.reply = piece
        await self._generation.aclose()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        await self._generation.aclose()

    async def whole(self) -> Reply:
        """Reads the stream to its end."""
        async with aclosing(self):
            async for _ in self:
                pass
        assert self.reply is not None, "a backend's generation ends with its Reply"
        return self.reply


class ChatModel(Protocol):
    """A model that can be talked to. One instance serves many conversations at once, in one event loop.

    ``conversation`` names the history that ``messages`` continue, so that a backend can keep its cache for it;
    it never changes what is generated. ``capacity`` is how many answers it works on at once, None for any number: whoever
    comes after them waits inside, unseen, so that a page which shows a queue keeps it itself.
    """

    @property
    def capacity(self) -> int | None: ...

    async def reply(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> Reply:
        """The whole answer. Raises BackendError, or one of its kinds; cancelling the task cancels the generation."""
        ...

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> ReplyStream:
        """The answer in pieces; closing the stream cancels the generation. Errors are raised while iterating."""
        ...

    def count_tokens(self, text: str) -> int | None:
        """How many tokens plain ``text`` has for this model, or None where the provider does not let one know."""
        ...

    def expect_thought(self, kind: Kind) -> None:
        """Expect outputs to begin with a thought of that kind from now on, as an earlier one has shown."""
        ...

    async def close(self) -> None:
        """Frees the model. Replies under way end with a BackendError."""
        ...


class StreamingModel(ABC):
    """A ChatModel made of one method, ``generate``: the pieces of the output and, last, its Reply.

    Thoughts are separated from the answer here, for every backend. If a model once ended a thought without beginning it, all
    its outputs are expected to begin with one, until an output shows the opposite. ``guess`` names such models in advance.
    """

    capacity: int | None = None
    guess: Opened | None = None
    _begins_with: Opened | None = None

    @abstractmethod
    def generate(self, messages: Sequence[Message], sampling: Sampling, conversation: str) -> AsyncGenerator[Piece]:
        """Closing the generator cancels the generation. Raises BackendError, or one of its kinds, while iterating."""

    @abstractmethod
    def count_tokens(self, text: str) -> int | None: ...

    def expect_thought(self, kind: Kind) -> None:
        self._begins_with = self._begins_with or Opened(kind, is_certain=False)

    async def reply(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> Reply:
        return await self.stream(messages, sampling, conversation=conversation).whole()

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> ReplyStream:
        heard = Heard()
        return ReplyStream(self._told_apart(self.generate(messages, sampling, conversation), heard), heard)

    async def _told_apart(
        self, generation: AsyncGenerator[Piece], heard: Heard
    ) -> AsyncGenerator[str | Thinking | Reply]:
        splitter: Splitter | None = None
        async with aclosing(generation):
            async for piece in generation:
                if splitter is None:
                    heard.splitter = splitter = Splitter(
                        piece if isinstance(piece, Opened) else self._begins_with or self.guess
                    )
                    if splitter.is_thinking and isinstance(piece, str | Opened):
                        yield Thinking("")
                for event in _take(splitter, piece):
                    yield event
                if isinstance(piece, Reply):
                    yield self._with_thoughts(piece, splitter)

    def _with_thoughts(self, reply: Reply, splitter: Splitter) -> Reply:
        """Return the reply with its thoughts separated."""
        split = splitter.split
        if split.closed_alone:
            self.expect_thought(split.closed_alone)
        elif reply.stop_reason == "stop":
            self.guess = None
        thoughts = "\n\n".join(thought.strip() for thought in split.thoughts)
        tokens = reply.thought_tokens
        if tokens is None:
            tokens = self._count(thoughts) if thoughts else 0
        marked = None if split.raw == split.answer else split.raw
        return replace(reply, text=split.answer, thoughts=thoughts, thought_tokens=tokens, marked=marked)

    def _count(self, thoughts: str) -> int | None:
        try:
            return self.count_tokens(thoughts)
        except BackendError:  # the model has been closed; its reply is complete
            return None


def _take(splitter: Splitter, piece: Piece) -> Iterator[str | Thinking]:
    match piece:
        case str():
            yield from splitter.feed(piece)
        case Thought():
            yield from splitter.feed_thought(piece.text)
        case Reply():
            yield from splitter.end(was_cut=piece.stop_reason == "length")


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a model can run here, in a sentence, and the memory in bytes that it needs (None: none of this machine's)."""

    is_ok: bool
    sentence: str
    memory: int | None = None
