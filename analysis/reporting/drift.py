"""The output about the drift of characters: tables, a figure, findings in words, definitions."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.reporting.drift_tables import (
    character_of,
    judges_table,
    signs_table,
    styles_table,
    verdicts_table,
    whole_ways,
)
from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.drift import scores_by_turn, styles_by_turn
from analysis.reporting.findings import with_minus
from analysis.statistics.drift.drift import Drift, JudgedTrend
from analysis.statistics.drift.trends import FEWEST, LEVEL, Trend
from studies.files.printed_tables import Table

DEFINITIONS = (
    (
        "style",
        "Log odds of a classifier of words and pairs of words that distinguishes the character’s turns in its script "
        "from neutral text and from the study’s other characters, scaled so that 1 is the mean of its own turns and 0 "
        "that of neutral text. It has learned neither from the scored text nor from an identical one, and does not "
        "count content words of the goal.",
    ),
    (
        "drift",
        "The style falls from turn to turn: the interval of the common slope within dialogues lies below 0. A character that "
        "is played badly from the first turn on has a low style, but no drift.",
    ),
)
LIMIT = (
    "The style is only that of words. It does not show whether the character knows or means what it says, and a turn that "
    "quotes the script scores high. A topic that changes over a dialogue may look like drift: compare elicitations."
)


@dataclass(frozen=True, slots=True)
class CharacterDrift:
    """The drifts of the characters in some dialogues; at least one."""

    drifts: Sequence[Drift]

    def tables(self) -> list[Table]:
        """Return the verdicts, the styles and the signs by turn, and the scores of judges if any was asked."""
        judged = [judges_table(self.drifts)] if self._is_judged else []
        return [verdicts_table(self.drifts), styles_table(self.drifts), *judged, signs_table(self.drifts)]

    def figures(self) -> list[Drawing | Undrawn]:
        ways = whole_ways(self.drifts)
        return [styles_by_turn(ways), *([scores_by_turn(ways)] if self._is_judged else [])]

    def findings(self) -> list[str]:
        """Return a sentence about each way of playing, reasons why characters could not be measured, and what judges say."""
        ways = [_about(one) for one in whole_ways(self.drifts)]
        reasons = dict.fromkeys(one.reason for one in self.drifts if one.reason)
        judged = [_judged(one, trend) for one in whole_ways(self.drifts) for trend in one.judged]
        return [*ways, *(reason for reason in reasons if not any(reason in sentence for sentence in ways)), *judged]

    @property
    def _is_judged(self) -> bool:
        return any(one.judged for one in self.drifts)


def _about(one: Drift) -> str:
    subject = f"{_capital(one.way)}, {character_of(one)}"
    if one.trend is None:
        return f"{subject}: drift is not measured. {one.reason}"
    change = f"the style changes by {_slope(one.trend)}"
    since = f", from turn {one.change.turn} on ({one.change.low} to {one.change.high})" if one.change else ""
    return f"{subject}: {one.verdict}{since}; {change}."


def _judged(one: Drift, judged: JudgedTrend) -> str:
    subject = f"{_capital(one.way)}, {character_of(one)}, as {judged.judge} judges"
    named = {"style": judged.style, "knowledge": judged.knowledge}
    found = [
        f"{'drift, ' if trend.is_falling else ''}{name} changes by {_slope(trend)}"
        for name, trend in named.items()
        if trend
    ]
    if not found:
        return f"{subject}: a trend needs at least {FEWEST} dialogues with three scored turns."
    return f"{subject}: {'; '.join(found)}."


def _slope(trend: Trend) -> str:
    slope, low, high = (with_minus(f"{value:.3f}") for value in (trend.slope, trend.low, trend.high))
    return f"{slope} per turn ({100 * LEVEL:.0f}% interval {low} to {high}, {trend.dialogues} dialogues)"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
