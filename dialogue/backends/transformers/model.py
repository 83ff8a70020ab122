"""The engine's interface to the event loop."""

import asyncio
from asyncio import AbstractEventLoop, Queue
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from time import perf_counter

from dialogue.backends.base import LEAST_ROOM, BackendError, ContextFull, Piece, Reply, Sampling, StreamingModel
from dialogue.backends.chat_template import of_model
from dialogue.backends.transformers.engine import Answer, Engine, Event
from dialogue.backends.transformers.sampling import Dice
from dialogue.backends.transformers.tokens import ChatTokens
from dialogue.messages import Message


class TransformersModel(StreamingModel):
    """A model on this machine's GPU or CPU. ``context`` is the maximum number of tokens of a prompt and its answer together.

    ``way`` says how it runs, in words.
    """

    def __init__(self, engine: Engine, tokens: ChatTokens, *, name: str, context: int, way: str) -> None:
        self.capacity = engine.slots
        self.engine = way
        self._engine = engine
        self._tokens = tokens
        self._name = name
        self._context = context

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        start = perf_counter()
        events: Queue[Event] = Queue()
        with of_model(self._name):
            prompt = self._tokens.prompt(messages, sampling.today, sampling.role)
        room = self._room(prompt, sampling)
        teller = _teller(asyncio.get_running_loop(), events)
        end = self._tokens.control(sampling.end_token)
        answer = Answer(list(prompt), Dice.of(sampling), room, conversation, teller, end)
        self._engine.submit(answer)
        text, first = "", 0.0
        reader = self._tokens.text()
        try:
            if opened := self._tokens.opened_thought(messages, sampling.role):
                yield opened
            while isinstance(event := await events.get(), int):
                first = first or perf_counter() - start
                if piece := reader.add(event):
                    text += piece
                    yield piece
        finally:
            answer.is_cancelled = True
        if isinstance(event, BackendError):
            raise event
        seconds = perf_counter() - start
        yield Reply(text, event, len(prompt), answer.said, first or seconds, seconds)

    def count_tokens(self, text: str) -> int:
        return self._tokens.count(text)

    async def close(self) -> None:
        await asyncio.to_thread(self._engine.close)

    def _room(self, prompt: Sequence[int], sampling: Sampling) -> int:
        """Return how many tokens the answer may have. Raises ContextFull."""
        room = self._context - len(prompt)
        if room < min(LEAST_ROOM, sampling.max_tokens):
            raise ContextFull(f"The dialogue no longer fits the {self._context} tokens of {self._name!r}.")
        return min(room, sampling.max_tokens)


def _teller(loop: AbstractEventLoop, events: Queue[Event]) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        with suppress(RuntimeError):  # the loop has ended, and its listeners with it
            loop.call_soon_threadsafe(events.put_nowait, event)

    return tell
