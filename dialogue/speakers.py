"""A speaker of a dialogue: a model with its sampling, its seeds and its checks."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from dialogue.backends.base import ChatModel, ContentRefused, ContextFull, Heard, Reply, ReplyStream, Sampling
from dialogue.messages import Message
from dialogue.outputs import Checks, Output, OutputStatus, check_output
from dialogue.seeds import SpeakerName
from dialogue.self_replies import OwnWords
from dialogue.system_text import SystemWay, place_system
from dialogue.thought_events import Thinking

Ending = Literal[
    "goal_reached",
    "max_turns",
    "no_prompt",
    "incoherent_inquirer",
    "incoherent_responder",
    "empty_output",
    "context_full",
    "unsafe",
    "model_error",
    "left",
    "next_goal",
]
"""Why a dialogue stopped; the last two end natural dialogues."""


@dataclass(frozen=True, slots=True)
class History:
    """The messages that a speaker has read and written. Only whole turns between ``opening`` and ``pending`` may be left out,
    oldest first."""

    opening: Sequence[Message]
    turns: Sequence[Sequence[Message]]
    pending: Sequence[Message]

    def without(self, left_out: int) -> list[Message]:
        """Return the messages without the ``left_out`` oldest turns."""
        return [*self.opening, *chain.from_iterable(self.turns[left_out:]), *self.pending]


@dataclass(frozen=True, slots=True)
class Spoken:
    """All outputs of one speaker for one turn, rejected ones first, and the ending if the last one ends the dialogue."""

    outputs: tuple[Output, ...]
    ending: Ending | None = None

    @property
    def text(self) -> str:
        """Return the text for the other speaker; empty if there is none."""
        return self.outputs[-1].checked.text if self.outputs else ""

    @property
    def has_last_words(self) -> bool:
        """Return whether the dialogue ends with this text, after one more answer to it."""
        return self.ending == "goal_reached" and bool(self.text)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A model that plays the speaker ``name``.

    ``seed`` returns the sampler's seed for (turn, attempt). A failed output is regenerated with different sampling up to
    ``tries`` times. ``opening`` is what a responder reads before the first turn; ``system_way`` is how system text reaches the
    model. ``conversation`` names this history to the backend's cache.
    """

    name: SpeakerName
    model: ChatModel
    sampling: Sampling
    checks: Checks
    seed: Callable[[int, int], int]
    tries: int = 0
    opening: Sequence[Message] = ()
    system_way: SystemWay = "message"
    conversation: str = ""

    async def speak(self, history: History, turn: int) -> Spoken:
        """Return an utterance that passes the checks, or the reason why there is none."""
        outputs: list[Output] = []
        for attempt in range(self.tries + 1):
            try:
                outputs.append(await self._put_out(history, turn, attempt))
            except ContextFull:
                return Spoken(tuple(outputs), "context_full")
            except ContentRefused:
                return Spoken(tuple(outputs), "model_error")
            if outputs[-1].checked.status in ("said", "stop"):
                break
        return Spoken(tuple(outputs), _ending(self.name, outputs[-1].checked.status))

    def forget(self) -> None:
        """Let the backend use this history's cache for others, because the dialogue is over."""
        self.model.forget(self.conversation)

    async def stream(
        self, history: History, turn: int, attempt: int = 0, listen: Callable[[Heard], None] | None = None
    ) -> AsyncGenerator[str | Thinking | Output]:
        """Yield one output in pieces for a reader and, last, the complete output. Closing it cancels the generation.

        The reader does not see a self-reply. Because the output has been read, it is checked only for the record and never
        regenerated: ``attempt`` counts the reader's requests, with the same sampling and another seed. ``listen`` receives
        the model's raw output, including thoughts and self-replies. Raises BackendError, and ContextFull if even the
        pending messages alone do not fit.
        """
        sampling = self.sampling.seeded(self.seed(turn, attempt))
        for left_out in range(len(history.turns) + 1):
            own = OwnWords(self.checks.markers)
            try:
                async with aclosing(self._listen(history.without(left_out), sampling)) as reply:
                    if listen:
                        listen(reply.heard)
                    async for piece in reply:
                        if isinstance(piece, Thinking):
                            yield Thinking(own.set_back(piece.said))
                        elif words := own.add(piece):
                            yield words
                    if words := own.rest():
                        yield words
                    yield self._output(turn, attempt, await reply.whole(), left_out)
                return
            except ContextFull:
                if left_out == len(history.turns):
                    raise

    async def _put_out(self, history: History, turn: int, attempt: int) -> Output:
        reply, left_out = await self._reply(history, self._sampling(turn, attempt))
        return self._output(turn, attempt, reply, left_out)

    def _output(self, turn: int, attempt: int, reply: Reply, left_out: int) -> Output:
        checked = check_output(self.name, reply.text, self.checks, has_ended=reply.stop_reason == "ended")
        return Output(self.name, turn, attempt, reply, checked, left_out)

    def _sampling(self, turn: int, attempt: int) -> Sampling:
        seed = self.seed(turn, attempt)
        return self.sampling.varied(seed) if attempt else self.sampling.seeded(seed)

    async def _reply(self, history: History, sampling: Sampling) -> tuple[Reply, int]:
        """Return the reply to as much of the history as fits, and the number of oldest turns that were left out."""
        for left_out in range(len(history.turns)):
            try:
                return await self._ask(history.without(left_out), sampling), left_out
            except ContextFull:
                continue
        return await self._ask(history.without(len(history.turns)), sampling), len(history.turns)

    def _listen(self, messages: list[Message], sampling: Sampling) -> ReplyStream:
        placed = place_system(messages, self.system_way)
        return self.model.stream(placed, sampling, conversation=self.conversation)

    async def _ask(self, messages: list[Message], sampling: Sampling) -> Reply:
        placed = place_system(messages, self.system_way)
        return await self.model.reply(placed, sampling, conversation=self.conversation)


def _ending(speaker: SpeakerName, status: OutputStatus) -> Ending | None:
    match status:
        case "said":
            return None
        case "stop":
            return "goal_reached"
        case "no_prompt":
            return "no_prompt"
        case "empty":
            return "empty_output"
        case "incoherent":
            return "incoherent_inquirer" if speaker == "inquirer" else "incoherent_responder"
