"""The values of all measures in the dialogues of one group, as arrays from which halves are drawn quickly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from analysis.statistics.fidelity.measure import Measure
from analysis.statistics.spoken import SpokenDialogue

Codes = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one measure, each with the index of its dialogue and its turn (0: of the whole dialogue)."""

    dialogue: Codes
    turn: Codes
    value: NDArray[np.float64]

    def among(self, chosen: Flags) -> NDArray[np.float64]:
        """Return the values of the chosen dialogues."""
        return self.value[chosen[self.dialogue]]


@dataclass(frozen=True, slots=True)
class Observed:
    """A group's dialogues: for each the index of its person in ``names`` and its goal, and the values of all measures by
    name."""

    names: tuple[str, ...]
    person: Codes
    goal: Codes
    values: Mapping[str, Values]

    @classmethod
    def take(
        cls, dialogues: Sequence[SpokenDialogue], measures: Sequence[Measure], names: tuple[str, ...]
    ) -> "Observed":
        """Measure the dialogues, whose people are all in ``names``."""
        index = {name: number for number, name in enumerate(names)}
        return cls(
            names,
            np.array([index[one.person] for one in dialogues], dtype=np.intp),
            np.array([one.goal_number for one in dialogues], dtype=np.intp),
            {measure.name: _take(dialogues, measure) for measure in measures},
        )

    @property
    def people(self) -> Codes:
        """Return the indices of the people who have a dialogue, in order."""
        return np.unique(self.person)

    def only(self, chosen: Flags) -> "Observed":
        """Return the chosen dialogues alone."""
        index = np.cumsum(chosen) - 1
        kept = {name: _only(values, chosen, index) for name, values in self.values.items()}
        return Observed(self.names, self.person[chosen], self.goal[chosen], kept)

    def at_turn(self, first: int, last: int) -> "Observed":
        """Return the dialogues that have turns from ``first`` to ``last``, with the values at these turns alone."""
        kept = {
            name: _where(values, (values.turn >= first) & (values.turn <= last))
            for name, values in self.values.items()
            if values.turn.any()
        }
        reached = np.zeros(len(self.person), dtype=bool)
        for values in kept.values():
            reached[values.dialogue] = True
        return replace(self, values=kept).only(reached)

    def draw(self, people: Codes, random: Generator) -> Flags:
        """Choose one dialogue at random for each of these people and each of their goals.

        This makes a group that played each goal with several seeds as large as one with a single dialogue each.
        """
        candidates = random.permutation(np.flatnonzero(np.isin(self.person, people)))
        cells = self.person[candidates] * (self.goal.max(initial=0) + 1) + self.goal[candidates]
        chosen = np.zeros(len(self.person), dtype=bool)
        chosen[candidates[np.unique(cells, return_index=True)[1]]] = True
        return chosen


def _take(dialogues: Sequence[SpokenDialogue], measure: Measure) -> Values:
    found = [(index, turn or 0, value) for index, one in enumerate(dialogues) for turn, value in measure.take(one)]
    dialogue, turn, value = zip(*found, strict=True) if found else ((), (), ())
    return Values(np.array(dialogue, np.intp), np.array(turn, np.intp), np.array(value, np.float64))


def _only(values: Values, chosen: Flags, index: Codes) -> Values:
    kept = _where(values, chosen[values.dialogue])
    return replace(kept, dialogue=index[kept.dialogue])


def _where(values: Values, is_kept: Flags) -> Values:
    return Values(values.dialogue[is_kept], values.turn[is_kept], values.value[is_kept])
