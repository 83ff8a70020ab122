"""The utterances of synthetic people and models: the same steps in different wordings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from evaluation.rehearsal.topics import Said, Step, Topic, expand, read_data

_QUESTION = re.compile(r"(what|how|why|where|when|who|which|is|are|am|do|does|can|could|so)\b", re.IGNORECASE)
_I = re.compile(r"\bi\b")


@dataclass(frozen=True, slots=True)
class Manner:
    """How one person types; ``slips`` and ``greets`` are probabilities."""

    is_lower: bool
    drops_marks: bool
    slips: float
    greets: float


@dataclass(frozen=True, slots=True)
class Voice:
    """How one model words its questions: texts around follow-ups, weights of the numbers of turns, endings of failures."""

    name: str
    turns: tuple[int, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    failures: tuple[str, ...]
    in_their_words: float


@cache
def load_voices() -> tuple[Voice, ...]:
    """Return the models of the rehearsal, in the paper's order."""
    return tuple(_voice(name, table) for name, table in _voices()["models"].items())


def _voice(name: str, table: Mapping[str, Any]) -> Voice:
    listed: dict[str, Any] = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
    return Voice(name=name, in_their_words=table["in_their_words"], **listed)


def draw_manner(draw: Random) -> Manner:
    """Draw a writing style. Most people type in lower case without punctuation; few make many typing errors."""
    return Manner(draw.random() < 0.6, draw.random() < 0.5, draw.choice((0.0, 0.03, 0.08, 0.2)), draw.random() / 2)


def ask_as_person(topic: Topic, manner: Manner, draw: Random) -> list[Said]:
    """Return a dialogue about the goal by a person with this style."""
    table, values = _voices()["people"], draw.choice(topic.values)
    said = []
    for position, step in enumerate(_steps(topic, _count(table["turns"], draw), draw)):
        prefix = draw.choice(table["before"]) if position else _greeting(table["greetings"], manner, draw)
        said.append(
            (_typed(prefix + expand(step.human, values, draw), manner, draw), expand(step.answer, values, draw))
        )
    if draw.random() < 0.12:
        asked, answered = _closing(table["closings"], draw)
        said.append((_typed(asked, manner, draw), answered))
    return said


def ask_as_model(topic: Topic, voice: Voice, draw: Random) -> list[Said]:
    """Return a dialogue about the goal in a model's voice: polite, in whole sentences, longer."""
    values, count = draw.choice(topic.values), _count(voice.turns, draw)
    said = []
    for position, step in enumerate(_steps(topic, count, draw)):
        before = draw.choice(voice.before) if position else ""
        said.append((before + _worded(step, voice, values, draw), expand(step.answer, values, draw)))
    return said if len(said) == count else [*said, _closing(_voices()["closings"], draw)]


def _steps(topic: Topic, count: int, draw: Random) -> list[Step]:
    """Return the first step and up to ``count`` - 1 others, in order."""
    first, *others = topic.steps
    chosen = sorted(draw.sample(range(len(others)), min(count - 1, len(others))))
    return [first, *(others[index] for index in chosen)]


def _count(weights: Sequence[int], draw: Random) -> int:
    return draw.choices(range(1, len(weights) + 1), weights)[0]


def _worded(step: Step, voice: Voice, values: Mapping[str, str], draw: Random) -> str:
    if draw.random() < voice.in_their_words:
        return _tidied(expand(step.human, values, draw))
    text = expand(step.model, values, draw)
    return text if "\n" in text else text + draw.choice(voice.after)


def _closing(closings: Sequence[Mapping[str, Any]], draw: Random) -> Said:
    closing = draw.choice(closings)
    return expand(closing["asks"], {}, draw), expand(closing["answer"], {}, draw)


def _greeting(greetings: Sequence[str], manner: Manner, draw: Random) -> str:
    return draw.choice(greetings) if draw.random() < manner.greets else ""


def _typed(text: str, manner: Manner, draw: Random) -> str:
    """Return ``text`` as a person with this style types it. Code, which people paste, is not changed."""
    if "\n" in text:
        return text
    text = text if manner.is_lower else _tidied(text)
    text = text.rstrip("?.!") if manner.drops_marks else text
    return " ".join(_slipped(word, draw) if draw.random() < manner.slips else word for word in text.split(" "))


def _tidied(text: str) -> str:
    """Return the text with a capital letter at the start and punctuation at the end."""
    if "\n" in text:
        return text
    text = _I.sub("I", text[:1].upper() + text[1:])
    return text if text[-1:] in "?.!:" else text + ("?" if _QUESTION.match(text) else ".")


def _slipped(word: str, draw: Random) -> str:
    """Return the word with two letters swapped, or one left out or doubled, unless it is short or a number."""
    if len(word) < 4 or not word.isalpha():
        return word
    index = draw.randrange(1, len(word) - 1)
    first, second = word[index], word[index + 1]
    return word[:index] + draw.choice((second + first, second, first + first + second)) + word[index + 2 :]


@cache
def _voices() -> dict[str, Any]:
    return read_data("voices.toml")
