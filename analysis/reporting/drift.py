"""The output about the drift of characters: tables, a figure, findings in words, definitions."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.reporting.drift_tables import character_of, signs_table, styles_table, verdicts_table, whole_ways
from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.drift import styles_by_turn
from analysis.reporting.findings import with_minus
from analysis.statistics.drift.drift import Drift
from analysis.statistics.drift.trends import LEVEL
from studies.files.printed_tables import Table

DEFINITIONS = (
    (
        "style",
        "Log odds of a classifier of words and pairs of words that tells the character’s turns in its script from neutral text "
        "and from the study’s other characters, scaled so that 1 is the mean of its own turns and 0 that of neutral text. It "
        "has learned neither from the scored text nor from an identical one, and does not count content words of the goal.",
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
        """Return the verdicts, and the styles and the signs by turn."""
        return [verdicts_table(self.drifts), styles_table(self.drifts), signs_table(self.drifts)]

    def figures(self) -> list[Drawing | Undrawn]:
        return [styles_by_turn(whole_ways(self.drifts))]

    def findings(self) -> list[str]:
        """Return a sentence about each way of playing, and the reasons why characters could not be measured."""
        ways = [_about(one) for one in whole_ways(self.drifts)]
        reasons = dict.fromkeys(one.reason for one in self.drifts if one.reason)
        return [*ways, *(reason for reason in reasons if not any(reason in sentence for sentence in ways))]


def _about(one: Drift) -> str:
    subject = f"{_capital(one.way)}, {character_of(one)}"
    if one.trend is None:
        return f"{subject}: drift is not measured. {one.reason}"
    low, high = (with_minus(f"{value:.3f}") for value in (one.trend.low, one.trend.high))
    change = (
        f"the style changes by {with_minus(f'{one.trend.slope:.3f}')} per turn ({100 * LEVEL:.0f}% interval {low} to {high}, "
        f"{one.trend.dialogues} dialogues)"
    )
    since = f", from turn {one.change.turn} on ({one.change.low} to {one.change.high})" if one.change else ""
    return f"{subject}: {one.verdict}{since}; {change}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
