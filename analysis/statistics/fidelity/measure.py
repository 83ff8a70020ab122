"""A measure: a number, or a category, that each utterance or each dialogue has."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.statistics.spoken import SpokenDialogue

Value = tuple[int | None, float]
"""A turn, counted from 1, or None for a whole dialogue; and the number, or the index of the category."""
Take = Callable[[SpokenDialogue], Iterable[Value]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. ``take`` yields its values in a dialogue; it is a share if ``is_share``.

    With ``categories`` its values are categories, which have no order and no mean. ``definition`` is a sentence for readers.
    """

    name: str
    label: str
    unit: Literal["utterances", "dialogues"]
    definition: str
    take: Take
    source: str = ""
    is_english: bool = False
    is_share: bool = False
    categories: tuple[str, ...] = ()


def of_utterances(value: Callable[[SpokenDialogue, str], float]) -> Take:
    """Return a ``take`` that asks ``value`` about each utterance."""

    def take(dialogue: SpokenDialogue) -> Iterator[Value]:
        for turn, utterance in enumerate(dialogue.utterances, start=1):
            yield turn, float(value(dialogue, utterance))

    return take


def of_dialogues(value: Callable[[SpokenDialogue], float | None]) -> Take:
    """Return a ``take`` that asks ``value`` about the whole dialogue, unless it has no turn; None is no value."""

    def take(dialogue: SpokenDialogue) -> Iterator[Value]:
        found = value(dialogue) if dialogue.turns else None
        if found is not None:
            yield None, float(found)

    return take
