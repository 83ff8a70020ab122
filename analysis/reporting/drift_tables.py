"""Tables of the drift of characters: verdicts, style by turn, and signs by turn."""

from collections.abc import Callable, Iterator, Sequence
from math import isnan

from analysis.statistics.drift.drift import ALL, Drift
from analysis.statistics.drift.trends import LEVEL
from analysis.statistics.drift.turns import AtTurn, Estimate, JudgedAt
from studies.files.printed_tables import Cell, Percentage, Table

_SCALE = "Style: 1 is the mean of the character’s own turns in its script, 0 that of neutral text."
_EVERYBODY = "all characters"


def verdicts_table(drifts: Sequence[Drift]) -> Table:
    """Return for each way and character the style of the first turn, the change per turn, and the verdict."""
    return Table(
        "drift",
        "Verdicts on drift",
        f"{_SCALE} Change per turn: the common slope within dialogues; from, to: its {100 * LEVEL:.0f}% interval over "
        "dialogues. Drift: the whole interval lies below 0. From turn: the first turn of the lower part, with the range of 95% "
        f"of bootstrap samples. AUC: how often a turn of the script scores above neutral text.{_reasons(drifts)}",
        (
            "played by",
            "character",
            "dialogues",
            "AUC",
            "style of first turn",
            "change per turn",
            "from",
            "to",
            "verdict",
            "from turn",
        ),
        tuple(_verdict(one) for one in drifts),
    )


def styles_table(drifts: Sequence[Drift]) -> Table:
    """Return the style and the nearest character by turn, of all characters together, for each way."""
    return Table(
        "drift-by-turn",
        "Style by turn",
        f"{_SCALE} Nearest: per cent of turns that are more like the character than like any other character of the study and "
        "neutral text. Both with 95% intervals over the dialogues whose turn is long enough for a score (scored).",
        ("played by", "turn", "dialogues", "scored", "style", "from", "to", "nearest %", "from", "to"),
        tuple(_by_turn(drifts, lambda turn: (turn.style.count, *_numbers(turn.style), *_percents(turn.nearest)))),
    )


def signs_table(drifts: Sequence[Drift]) -> Table:
    """Return the rates of catchphrases, reveals and refusals by turn, for each way."""
    return Table(
        "drift-signs",
        "Signs by turn",
        "Per cent of turns with 95% intervals. Catchphrase: one of the character’s occurs. Reveal: the turn says that a model "
        "speaks. Refusal: it refuses to answer. The last two by the patterns with which RoleLLM cleans responses. Dash: the "
        "characters have no catchphrases.",
        (
            "played by",
            "turn",
            "dialogues",
            "catchphrase %",
            "from",
            "to",
            "reveal %",
            "from",
            "to",
            "refusal %",
            "from",
            "to",
        ),
        tuple(_by_turn(drifts, _signs)),
    )


def judges_table(drifts: Sequence[Drift]) -> Table:
    """Return the judges' scores by turn, for each way and judge; no rows if no judge was asked."""
    return Table(
        "drift-judges",
        "Judges’ scores by turn",
        "Mean scores from 1 to 5 by a model. It reads one turn with what precedes it, the description of the character and "
        "the topic, but not the number of the turn. Style: how closely the turn matches the character’s way of speaking. "
        "Knowledge: how well it fits what the character knows. Both with 95% intervals over the dialogues whose turn was "
        "scored. No score: turns for which no answer of the judge could be read.",
        ("played by", "judge", "turn", "scored", "style", "from", "to", "knowledge", "from", "to", "no score"),
        tuple(
            _judged(one.way, turn.turn, judged)
            for one in whole_ways(drifts)
            for judge in (trend.judge for trend in one.judged)
            for turn in one.turns
            for judged in turn.judged
            if judged.judge == judge
        ),
    )


def whole_ways(drifts: Sequence[Drift]) -> list[Drift]:
    """Return one drift for each way: that of all its characters, or of its only one."""
    found: dict[str, Drift] = {}
    for one in drifts:
        found.setdefault(one.way, one)
    return list(found.values())


def character_of(one: Drift) -> str:
    """Return the name of the character, or words for all of them."""
    return _EVERYBODY if one.character == ALL else one.character


def _reasons(drifts: Sequence[Drift]) -> str:
    """Return why drifts are not measured, each reason once."""
    reasons = dict.fromkeys(one.reason for one in drifts if one.reason)
    return f" Not measured: {' '.join(reasons)}" if reasons else ""


def _verdict(one: Drift) -> tuple[Cell, ...]:
    trend = (one.trend.slope, one.trend.low, one.trend.high) if one.trend else (None, None, None)
    change = f"{one.change.turn} ({one.change.low} to {one.change.high})" if one.change else None
    first = _numbers(one.first)[0]
    return one.way, character_of(one), one.dialogues, one.auc, first, *trend, one.verdict, change


def _by_turn(drifts: Sequence[Drift], cells: Callable[[AtTurn], tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    for one in whole_ways(drifts):
        for turn in one.turns:
            yield one.way, turn.turn, turn.dialogues, *cells(turn)


def _signs(turn: AtTurn) -> tuple[Cell, ...]:
    return *_percents(turn.catchphrases), *_percents(turn.reveals), *_percents(turn.refusals)


def _judged(way: str, turn: int, judged: JudgedAt) -> tuple[Cell, ...]:
    means = (*_numbers(judged.style), *_numbers(judged.knowledge))
    return way, judged.judge, turn, judged.style.count, *means, judged.without


def _numbers(one: Estimate) -> tuple[float | None, ...]:
    return tuple(None if isnan(value) else value for value in (one.middle, one.low, one.high))


def _percents(one: Estimate) -> tuple[Percentage | None, ...]:
    return tuple(None if value is None else Percentage(100 * value) for value in _numbers(one))
