"""The values of the turns of one way of playing, and their means and shares by turn with intervals over dialogues."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from analysis.statistics.drift.played import Judged, Played, Reference
from analysis.statistics.drift.signs import Signs, signs_in
from analysis.statistics.drift.style import Style
from analysis.statistics.wording import content_words
from dialogue.lexical import words
from dialogue.rates import wilson_interval

MOST = 20
"""Turns that are listed one by one; later ones are reached by few dialogues."""
LEVEL = 0.95
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or a share with its 95% interval, over so many turns of different dialogues.

    NaN without a value; the mean of a single value has no interval.
    """

    count: int
    middle: float = np.nan
    low: float = np.nan
    high: float = np.nan


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a dialogue: scores of the own style (NaN: too short), nearest characters, signs, and judges' scores."""

    character: str
    scores: Floats
    nearest: tuple[str | None, ...]
    signs: tuple[Signs, ...]
    judged: Mapping[str, Mapping[int, Judged]]

    def is_nearest(self) -> Floats:
        """Return for each turn whether the character itself is the nearest one, as 0 or 1; NaN if it is too short."""
        return np.array([np.nan if one is None else one == self.character for one in self.nearest], dtype=float)

    def has(self, sign: Callable[[Signs], bool | None]) -> Floats:
        """Return for each turn whether it has the sign, as 0 or 1; NaN where that means nothing."""
        return np.array([np.nan if sign(one) is None else sign(one) for one in self.signs], dtype=float)

    def judged_by(self, judge: str, take: Callable[[Judged], float]) -> Floats:
        """Return for each turn the judge's score; NaN where it was not asked, or where no answer could be read."""
        found = self.judged.get(judge, {})
        return np.array([take(found[at]) if at in found else np.nan for at in range(len(self.signs))])


@dataclass(frozen=True, slots=True)
class JudgedAt:
    """A judge's scores at a turn. ``without`` counts the turns that it was asked about and that have no score."""

    judge: str
    style: Estimate
    knowledge: Estimate
    without: int


@dataclass(frozen=True, slots=True)
class AtTurn:
    """What is true of a turn, counted from 1, over all dialogues that reach it."""

    turn: int
    dialogues: int
    style: Estimate
    nearest: Estimate
    catchphrases: Estimate
    reveals: Estimate
    refusals: Estimate
    judged: tuple[JudgedAt, ...] = ()


def read_turns(played: Sequence[Played], style: Style, character: Reference) -> Iterator[Turns]:
    """Yield the turns of dialogues of one character. Words of the goal are left out before a style is scored."""
    texts = [_without(text, one.goal) for one in played for text in one.turns]
    scores, nearest, at = style.scores(character.name, texts), style.nearest(texts), 0
    for one in played:
        end = at + len(one.turns)
        signs = tuple(signs_in(text, character) for text in one.turns)
        yield Turns(character.name, scores[at:end], tuple(nearest[at:end]), signs, one.judged)
        at = end


def by_turn(dialogues: Sequence[Turns]) -> list[AtTurn]:
    """Return the first turns, as far as two dialogues reach them, or the only one."""
    longest = sorted((len(one.signs) for one in dialogues), reverse=True)
    reached = min(MOST, longest[min(1, len(longest) - 1)]) if longest else 0
    return [_at(dialogues, position) for position in range(reached)]


def judges_of(dialogues: Sequence[Turns]) -> list[str]:
    """Return the judges that were asked about any of the dialogues, in alphabetical order."""
    return sorted({judge for one in dialogues for judge in one.judged})


def mean_of(values: Floats) -> Estimate:
    """Return the mean with an interval by Student's t."""
    there = values[np.isfinite(values)]
    if len(there) < 2:
        return Estimate(len(there), float(there[0]) if len(there) else np.nan)
    half = float(student.ppf((1 + LEVEL) / 2, len(there) - 1) * there.std(ddof=1) / np.sqrt(len(there)))
    return Estimate(len(there), float(there.mean()), float(there.mean() - half), float(there.mean() + half))


def share_of(values: Floats) -> Estimate:
    """Return the share of ones with Wilson's interval."""
    there = values[np.isfinite(values)]
    if not len(there):
        return Estimate(0)
    return Estimate(len(there), float(there.mean()), *wilson_interval(float(there.sum()), len(there), LEVEL))


def _at(dialogues: Sequence[Turns], position: int) -> AtTurn:
    there = [one for one in dialogues if len(one.signs) > position]

    def values(take: Callable[[Turns], Floats]) -> Floats:
        return np.array([take(one)[position] for one in there])

    return AtTurn(
        position + 1,
        len(there),
        mean_of(values(lambda one: one.scores)),
        share_of(values(Turns.is_nearest)),
        share_of(values(lambda one: one.has(lambda signs: signs.has_catchphrase))),
        share_of(values(lambda one: one.has(lambda signs: signs.is_reveal))),
        share_of(values(lambda one: one.has(lambda signs: signs.is_refusal))),
        tuple(_judged_at(there, judge, position) for judge in judges_of(there)),
    )


def _judged_at(dialogues: Sequence[Turns], judge: str, position: int) -> JudgedAt:
    asked = [one.judged[judge][position] for one in dialogues if position in one.judged.get(judge, {})]
    style, knowledge = (np.array([getattr(one, name) for one in asked]) for name in ("style", "knowledge"))
    return JudgedAt(judge, mean_of(style), mean_of(knowledge), sum(isnan(one.style) for one in asked))


def _without(text: str, goal: str) -> str:
    """Return the text without the content words of the goal, which every style must use."""
    left_out = content_words(goal) if goal else frozenset()
    return " ".join(word for word in text.split() if not left_out.intersection(words(word))) if left_out else text
