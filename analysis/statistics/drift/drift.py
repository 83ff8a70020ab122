"""Drift of every way of playing characters: values by turn, the trend of the style, the turn from which it is lower."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from numpy.random import Generator

from analysis.statistics.drift.changes import Change, change_of
from analysis.statistics.drift.played import Played, Reference
from analysis.statistics.drift.style import Style
from analysis.statistics.drift.trends import FEWEST, Trend, has_trend, trend_of
from analysis.statistics.drift.turns import AtTurn, Estimate, Turns, by_turn, judges_of, read_turns

Verdict = Literal["drift", "no drift found", "not measured"]
ALL = ""
"""The character of a line about all characters together."""


@dataclass(frozen=True, slots=True)
class JudgedTrend:
    """How a judge's scores change from turn to turn; None with fewer dialogues than a trend needs."""

    judge: str
    style: Trend | None
    knowledge: Trend | None


@dataclass(frozen=True, slots=True)
class Drift:
    """The drift of one way of playing: of one character, or of ALL together.

    ``first`` is the style of the first turn that has one. ``reason`` says why there is no trend. ``change`` is None without
    drift. ``auc`` says how well the style of the one character is told from neutral text. ``judged`` are the trends by judge,
    of all dialogues that it has scored.
    """

    way: str
    character: str
    dialogues: int
    auc: float | None
    turns: Sequence[AtTurn]
    first: Estimate
    trend: Trend | None
    change: Change | None
    reason: str = ""
    judged: Sequence[JudgedTrend] = ()

    @property
    def verdict(self) -> Verdict:
        if self.trend is None:
            return "not measured"
        return "drift" if self.trend.is_falling else "no drift found"


def drifts_of(
    played: Sequence[Played], characters: Sequence[Reference], styles: Sequence[Style], random: Generator
) -> list[Drift]:
    """Return the drifts of each way: of all its characters together, if it has several, and then of each.

    ``characters`` are all that occur in ``played``; ``styles`` has one for each language that they speak. Only characters whose
    style differs enough from neutral text count for a trend.
    """
    known = {one.name: one for one in characters}
    by_language = {style.language: style for style in styles}
    ordered = sorted(played, key=lambda one: (one.way, one.character))
    found = []
    for way, of_way in groupby(ordered, lambda one: one.way):
        parts = [
            (known[name], by_language[known[name].language], list(group))
            for name, group in groupby(of_way, lambda one: one.character)
        ]
        found += list(_of_way(way, parts, random))
    return found


def _of_way(way: str, parts: Sequence[tuple[Reference, Style, list[Played]]], random: Generator) -> Iterator[Drift]:
    read = [(one, style, list(read_turns(dialogues, style, one))) for one, style, dialogues in parts]
    if len(read) > 1:
        usable = [turns for one, style, several in read if not style.problem(one.name) for turns in several]
        everything = [turns for _, _, several in read for turns in several]
        yield _drift(way, ALL, None, everything, usable, _too_few(usable), random)
    for one, style, several in read:
        problem = style.problem(one.name)
        usable = [] if problem else several
        yield _drift(way, one.name, style.auc(one.name), several, usable, problem or _too_few(several), random)


def _drift(
    way: str,
    character: str,
    auc: float | None,
    dialogues: Sequence[Turns],
    usable: Sequence[Turns],
    why_not: str,
    random: Generator,
) -> Drift:
    scores = [one.scores for one in usable]
    trend = trend_of(scores)
    change = change_of(scores, random) if trend and trend.is_falling else None
    turns = by_turn(dialogues)
    first = next((one.style for one in turns if one.style.count), Estimate(0))
    return Drift(
        way, character, len(dialogues), auc, turns, first, trend, change, "" if trend else why_not, _judged(dialogues)
    )


def _judged(dialogues: Sequence[Turns]) -> list[JudgedTrend]:
    return [
        JudgedTrend(
            judge,
            trend_of([one.judged_by(judge, lambda scores: scores.style) for one in dialogues]),
            trend_of([one.judged_by(judge, lambda scores: scores.knowledge) for one in dialogues]),
        )
        for judge in judges_of(dialogues)
    ]


def _too_few(dialogues: Sequence[Turns]) -> str:
    usable = sum(has_trend(one.scores) for one in dialogues)
    return (
        f"A trend needs at least {FEWEST} dialogues with three turns that are long enough for a score; "
        f"{usable} of {len(dialogues)} have them."
    )
