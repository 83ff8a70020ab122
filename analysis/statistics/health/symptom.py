"""A symptom: a failure of simulated users that can be counted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.statistics.spoken import SpokenDialogue

Unit = Literal["dialogues", "utterances", "responses", "inquirer outputs", "responder outputs"]
Observation = tuple[int | None, float]
"""A turn, counted from 1, or None for a whole dialogue; and 1 or 0, or a share between them."""
Find = Callable[[SpokenDialogue], Iterable[Observation]]


@dataclass(frozen=True, slots=True)
class Symptom:
    """A symptom. ``find`` yields an observation for each of its units in a dialogue, whether it has the symptom or not.

    ``definition`` is a sentence for readers of the page; ``source`` says where the symptom was described.
    """

    name: str
    label: str
    unit: Unit
    definition: str
    find: Find
    source: str = ""
    is_english: bool = False


def in_utterances(holds: Callable[[SpokenDialogue, str], bool]) -> Find:
    """Return a ``find`` that asks ``holds`` about each utterance."""

    def find(dialogue: SpokenDialogue) -> Iterator[Observation]:
        for turn, utterance in enumerate(dialogue.utterances, start=1):
            yield turn, float(holds(dialogue, utterance))

    return find


def in_responses(holds: Callable[[SpokenDialogue, str], bool]) -> Find:
    """Return a ``find`` that asks ``holds`` about each response, leaving out turns without one."""

    def find(dialogue: SpokenDialogue) -> Iterator[Observation]:
        for turn, said in enumerate(dialogue.turns, start=1):
            if said.response:
                yield turn, float(holds(dialogue, said.response))

    return find
