"""The contract between the method and the libraries that run models."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Literal, Protocol, Self

from dialogue.messages import Message, Speaking
from dialogue.thought_events import Opened, Thinking, Thought
from dialogue.thought_marks import Kind
from dialogue.thoughts import Splitter

StopReason = Literal["stop", "length", "ended"]
"""Why an output stopped: the model finished it, its limit cut it, or it finished it with the token for the end of the whole
conversation."""

LEAST_ROOM = 64
"""A prompt fits a context if there is room for this many new tokens, or for the request's ``max_tokens`` if that is fewer."""


class BackendError(Exception):
    """Something went wrong during a request to a model; the message is one sentence that says what to do.

    An instance of exactly this class is an infrastructure error: it is worth another try later, and never a research result.
    """


class ModelMisconfigured(BackendError):
    """The model cannot run as described, and another try will not help."""


class ContextFull(BackendError):
    """The prompt leaves no room for an answer in the model's context."""


class ContentRefused(BackendError):
    """The provider refuses this content."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to generate. ``top_k`` 0 and ``top_p`` 1 switch the filter off; ``temperature`` 0 is greedy.

    ``today`` is the date for the model's chat template, fixed so that a resumed dialogue has the same prompt. ``schema`` is a
    JSON schema that the output must follow, as text; ``end_token`` is the control token for the end of the conversation, and
    ``role`` whose turn of the chat template the model writes.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    repeat_penalty: float = 1.0
    max_tokens: int = 1000
    seed: int = 0
    today: date | None = None
    schema: str = ""
    end_token: str = ""
    role: Speaking = "assistant"

    def seeded(self, seed: int) -> Self:
        """Return the same settings with another seed."""
        return replace(self, seed=seed)

    def varied(self, seed: int) -> Self:
        """Return settings for regenerating a failed output, drawn with ``seed`` from the official implementation's ranges."""
        draw = Random(seed)
        return replace(self, seed=seed, temperature=draw.uniform(0.5, 1.0), top_k=draw.randint(5, 50))


@dataclass(frozen=True, slots=True)
class Reply:
    """One raw model output with its costs.

    Times are in seconds; tokens are the model's own, None if the provider does not count them. ``cached_tokens`` are those of
    the prompt that the provider had read before. ``unsent`` names the settings that were not sent to the provider, because it
    refuses or does not know them.
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
    cached_tokens: int | None = None
    marked: str | None = None
    """The output including thoughts and their marks, if it had any."""

    @property
    def raw(self) -> str:
        """Return the unprocessed output."""
        return self.text if self.marked is None else self.marked


Piece = str | Opened | Thought | Reply
"""What a backend yields: text, parts of a thought that arrive separately and, first of all, that the prompt ends in a
thought."""


@dataclass(slots=True)
class Heard:
    """A model's unprocessed output so far, which grows while the model answers or thinks."""

    splitter: Splitter | None = None

    @property
    def raw(self) -> str:
        return self.splitter.split.raw if self.splitter else ""


class ReplyStream(AsyncIterator[str | Thinking]):
    """The pieces of a reply as they are generated; after the last one, ``reply`` holds the complete reply.

    A ``Thinking`` comes whenever the model begins to think; the reply's text may then be shorter than before. ``heard`` also
    contains output that is in no piece, and stays readable if the stream is closed early. ``aclose()`` cancels the generation
    and frees its resources in the backend.
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
        """Read the stream to its end and return the reply."""
        async with aclosing(self):
            async for _ in self:
                pass
        assert self.reply is not None, "a backend's generation ends with its Reply"
        return self.reply


class ChatModel(Protocol):
    """A chat model. One instance serves many conversations at once, in one event loop.

    ``conversation`` names the history that ``messages`` continue, so that a backend can keep its cache for it;
    it never changes the output. ``capacity`` is the number of answers that it generates at once, None for any number. Further
    requests wait inside, invisibly, so a page that shows a queue must keep the queue itself.
    """

    @property
    def capacity(self) -> int | None: ...

    @property
    def engine(self) -> str:
        """Return how the model runs in this process, in words; empty if it runs elsewhere."""
        ...

    async def reply(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> Reply:
        """Return the complete answer. Raises BackendError or a subclass; cancelling the task cancels the generation."""
        ...

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> ReplyStream:
        """Return the answer as a stream of pieces; closing it cancels the generation. Errors are raised while iterating."""
        ...

    def count_tokens(self, text: str) -> int | None:
        """Return the number of this model's tokens in plain ``text``, or None if the provider offers no way to count."""
        ...

    def expect_thought(self, kind: Kind) -> None:
        """Expect outputs from now on to begin with a thought of that kind, because an earlier one did."""
        ...

    def forget(self, conversation: str) -> None:
        """Give the cache of a conversation to others, because it has ended."""
        ...

    async def close(self) -> None:
        """Free the model. Replies in progress end with a BackendError."""
        ...


class StreamingModel(ABC):
    """A ChatModel built on one method, ``generate``, which yields the pieces of the output and, last, its Reply.

    Thoughts are separated from the answer here, for every backend. If a model once ended a thought without beginning it, all
    its outputs are expected to begin with one, until an output shows the opposite. ``guess`` makes this assumption in advance.
    """

    capacity: int | None = None
    engine: str = ""
    guess: Opened | None = None
    _begins_with: Opened | None = None

    @abstractmethod
    def generate(self, messages: Sequence[Message], sampling: Sampling, conversation: str) -> AsyncGenerator[Piece]:
        """Yield the output's pieces and, last, its Reply. Closing the generator cancels the generation.

        Raises BackendError or a subclass while iterating.
        """

    @abstractmethod
    def count_tokens(self, text: str) -> int | None: ...

    def forget(self, conversation: str) -> None:  # noqa: B027 # most backends have nothing to forget
        """Do nothing: only some backends keep a cache for each conversation."""

    def expect_thought(self, kind: Kind) -> None:
        self._begins_with = self._begins_with or Opened(kind, is_certain=False)

    async def reply(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> Reply:
        return await self._read(_in_bulk(self.generate(messages, sampling, conversation))).whole()

    def stream(self, messages: Sequence[Message], sampling: Sampling, *, conversation: str = "") -> ReplyStream:
        return self._read(self.generate(messages, sampling, conversation))

    def _read(self, generation: AsyncGenerator[Piece]) -> ReplyStream:
        heard = Heard()
        return ReplyStream(self._told_apart(generation, heard), heard)

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
        except BackendError:  # the model has been closed, but its reply is complete
            return None


async def _in_bulk(generation: AsyncGenerator[Piece]) -> AsyncGenerator[Piece]:
    """Yield the same output with adjacent pieces of text as one, because searching each for thoughts takes long."""
    text: list[str] = []
    async with aclosing(generation):
        async for piece in generation:
            if isinstance(piece, str):
                text.append(piece)
                continue
            if text:
                yield "".join(text)
                text.clear()
            yield piece


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
    """Whether a model can run here, with a sentence, and the memory in bytes that it needs (None: none on this machine)."""

    is_ok: bool
    sentence: str
    memory: int | None = None
