"""The dialogues that every way of running a model plays: two speakers, each answering its whole history."""

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
"""Answers a history. The second argument names it; the third is the number of tokens to generate."""


@dataclass(frozen=True)
class Task:
    """Dialogues of ``turns`` each, with replies between ``shortest`` and ``longest`` tokens.

    The prompts are as long as the paper's in Llama-2's tokens: ``opening_words`` with persona and goal for the inquirer,
    ``forward_words`` around each answer that it receives, ``system_words`` for the responder.
    """

    turns: int
    shortest: int = 32
    longest: int = 64
    opening_words: int = 200
    forward_words: int = 70
    system_words: int = 130

    @property
    def tokens(self) -> int:
        """Return the total tokens of the replies, which is the same for every dialogue."""
        return sum(self.lengths(0))

    def lengths(self, number: int) -> list[int]:
        """Return the tokens of each reply: the same lengths in every dialogue, in a different order.

        So dialogues drift apart like real ones, but end together, without a tail in which only a few still run.
        """
        replies = 2 * self.turns
        lengths = [self.shortest + (self.longest - self.shortest) * index // (replies - 1) for index in range(replies)]
        Random(number).shuffle(lengths)
        return lengths

    def opening(self, vocabulary: Syllables, repetition: int, number: int) -> str:
        """Return an opening that differs from all others from the first word on, so that no way benefits from a cache."""
        return _text(vocabulary, self.opening_words, f"opening {repetition} {number}")

    def system(self, vocabulary: Syllables) -> str:
        """Return the responder's instruction, which is the same in every dialogue, as in the method."""
        return _text(vocabulary, self.system_words, "system")

    def forward(self, vocabulary: Syllables, answer: str) -> str:
        """Return the answer as the inquirer receives it, with the words around it."""
        return f"{_text(vocabulary, self.forward_words, 'forward')} {answer}"


def _text(vocabulary: Syllables, words: int, seed: str) -> str:
    draw = Random(seed)
    return vocabulary.text([draw.randrange(1 << 20) for _ in range(words)])


@dataclass(frozen=True)
class Played:
    """The sizes of all replies of a dialogue, in order. They are the same whichever way plays the dialogue."""

    number: int
    prompt_tokens: tuple[int, ...]
    completion_tokens: tuple[int, ...]


async def play_all(
    speak: Speak, task: Task, vocabulary: Syllables, repetition: int, dialogues: Sequence[int]
) -> list[Played]:
    """Play numbered dialogues, as many at once as ``speak`` allows."""
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
