"""The dialogues that every way of running a model has to play: two sides, each answering over its whole history."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.vocabulary import Syllables
from dialogue.messages import Message


@dataclass(frozen=True)
class Spoken:
    """One reply and its size in tokens."""

    text: str
    prompt_tokens: int
    completion_tokens: int


Speak = Callable[[Sequence[Message], str, int], Awaitable[Spoken]]
"""Answers a history; the second argument names it, the third is how many tokens to say."""


@dataclass(frozen=True)
class Task:
    """Dialogues to play: ``turns`` each, with replies between ``shortest`` and ``longest`` tokens.

    The prompts are as long as the paper's are in Llama-2's tokens: ``opening_words`` with persona and goal for the
    inquirer, ``forward_words`` around each answer that it is given, ``system_words`` for the responder.
    """

    turns: int
    shortest: int = 32
    longest: int = 64
    opening_words: int = 200
    forward_words: int = 70
    system_words: int = 130

    @property
    def tokens(self) -> int:
        """What the replies of a dialogue have together, in every dialogue."""
        return sum(self.lengths(0))

    def lengths(self, number: int) -> list[int]:
        """How many tokens each reply has: the same lengths in every dialogue, each in its own order.

        So dialogues drift apart as real ones do, and still end together: no tail in which a few run alone.
        """
        replies = 2 * self.turns
        lengths = [self.shortest + (self.longest - self.shortest) * index // (replies - 1) for index in range(replies)]
        Random(number).shuffle(lengths)
        return lengths

    def opening(self, vocabulary: Syllables, repetition: int, number: int) -> str:
        """Unlike in every other dialogue and repetition from the first word on: no way profits from an earlier one."""
        return _text(vocabulary, self.opening_words, f"opening {repetition} {number}")

    def system(self, vocabulary: Syllables) -> str:
        """The responder's instruction, in every dialogue the same one, as in the method."""
        return _text(vocabulary, self.system_words, "system")

    def forward(self, vocabulary: Syllables, answer: str) -> str:
        """What the inquirer is told with each answer."""
        return f"{_text(vocabulary, self.forward_words, 'forward')} {answer}"


def _text(vocabulary: Syllables, words: int, seed: str) -> str:
    draw = Random(seed)
    return vocabulary.text([draw.randrange(1 << 20) for _ in range(words)])


@dataclass(frozen=True)
class Played:
    """The sizes of all replies of a dialogue, in order: whoever plays the same dialogue has the same ones."""

    number: int
    prompt_tokens: tuple[int, ...]
    completion_tokens: tuple[int, ...]


async def play_all(
    speak: Speak, task: Task, vocabulary: Syllables, repetition: int, dialogues: Sequence[int]
) -> list[Played]:
    """Plays numbered dialogues, all at once as far as ``speak`` lets them."""
    openings = {number: task.opening(vocabulary, repetition, number) for number in dialogues}
    plays = (
        _play(speak, task, vocabulary, number, opening, f"{repetition}-{number}")
        for number, opening in openings.items()
    )
    return list(await asyncio.gather(*plays))


async def _play(speak: Speak, task: Task, vocabulary: Syllables, number: int, opening: str, name: str) -> Played:
    inquirer, responder = [Message("user", opening)], [Message("system", task.system(vocabulary))]
    lengths = task.lengths(number)
    spoken: list[Spoken] = []
    for turn in range(task.turns):
        question = await speak(inquirer, f"{name}-inquirer", lengths[2 * turn])
        responder.append(Message("user", question.text))
        answer = await speak(responder, f"{name}-responder", lengths[2 * turn + 1])
        responder.append(Message("assistant", answer.text))
        inquirer += [Message("assistant", question.text), Message("user", task.forward(vocabulary, answer.text))]
        spoken += [question, answer]
    return Played(
        number, tuple(each.prompt_tokens for each in spoken), tuple(each.completion_tokens for each in spoken)
    )
