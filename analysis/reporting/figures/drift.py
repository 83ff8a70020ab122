"""The style of characters, and the scores of judges, from turn to turn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import fold
from analysis.reporting.figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, SKY, VERMILLION, WIDTH
from analysis.statistics.drift.drift import Drift
from analysis.statistics.drift.turns import AtTurn, Estimate

NAME, JUDGED = "drift-by-turn", "drift-judges"
_MARKS = "osD^vP"
_COLORS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
_APART = 0.12
"""Distance between the marks of two lines at the same turn."""
_LABEL_WIDTH = 60
_SCALE = (0.8, 5.2)
"""The axis of a judge's scores from 1 to 5."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Values by turn with a label."""

    label: str
    points: Sequence[tuple[int, Estimate]]

    @property
    def words(self) -> str:
        return f"{self.label}: {', '.join(_point(turn, one) for turn, one in self.points)}"


def styles_by_turn(drifts: Sequence[Drift]) -> Drawing | Undrawn:
    """Draw the style by turn with 95% intervals, a line for each way of playing; ``drifts`` has one for each."""
    lines = _with_points(_Line(one.way, _points(one.turns, lambda turn: turn.style)) for one in drifts)
    if not lines:
        return Undrawn(NAME, "No turn of a character has a score of its style.")
    figure = Figure((WIDTH, 3.6 + 0.2 * len(lines)), layout="constrained")
    axes = figure.subplots()
    _mark_scale(axes)
    _draw_lines(axes, lines)
    axes.set_ylabel("style (95% interval over dialogues)")
    figure.legend(loc="outside lower center", ncols=1)
    alt = (
        "Style of characters by turn, where 1 is the mean of their own turns and 0 that of neutral text, with 95% intervals. "
        f"{'; '.join(line.words for line in lines)}."
    )
    return Drawing(NAME, "Style by turn", alt, figure)


def scores_by_turn(drifts: Sequence[Drift]) -> Drawing | Undrawn:
    """Draw the judges' scores by turn with 95% intervals: style above knowledge, a line for each way of playing and judge."""
    style, knowledge = (_judged_lines(drifts, name) for name in ("style", "knowledge"))
    if not style:
        return Undrawn(JUDGED, "No judge has given a score that could be read.")
    figure = Figure((WIDTH, 5.2 + 0.2 * len(style)), layout="constrained")
    for axes, lines, name in zip(
        figure.subplots(2, sharex=True), (style, knowledge), ("style", "knowledge"), strict=True
    ):
        _draw_lines(axes, lines)
        axes.set(ylabel=f"judged {name}", ylim=_SCALE)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=1)
    alt = (
        "Scores of judges by turn, from 1 to 5, with 95% intervals. "
        f"Style: {'; '.join(line.words for line in style)}. Knowledge: {'; '.join(line.words for line in knowledge)}."
    )
    return Drawing(JUDGED, "Judges’ scores by turn", alt, figure)


def _judged_lines(drifts: Sequence[Drift], criterion: str) -> list[_Line]:
    judges = sorted({judged.judge for one in drifts for turn in one.turns for judged in turn.judged})
    return _with_points(
        _Line(
            f"{one.way}, judged by {judge}",
            [
                (turn.turn, getattr(judged, criterion))
                for turn in one.turns
                for judged in turn.judged
                if judged.judge == judge and judged.style.count
            ],
        )
        for one in drifts
        for judge in judges
    )


def _points(turns: Sequence[AtTurn], take: Callable[[AtTurn], Estimate]) -> list[tuple[int, Estimate]]:
    return [(turn.turn, take(turn)) for turn in turns if take(turn).count]


def _with_points(lines: Iterable[_Line]) -> list[_Line]:
    return [line for line in lines if line.points]


def _mark_scale(axes: Axes) -> None:
    for at, what in ((1, "own turns in the script"), (0, "neutral text")):
        axes.axhline(at, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            what, (1, at), (-2, 2), axes.get_yaxis_transform(), "offset points", ha="right", fontsize=8, color=MUTED
        )


def _draw_lines(axes: Axes, lines: Sequence[_Line]) -> None:
    for number, (line, mark, color) in enumerate(zip(lines, cycle(_MARKS), cycle(_COLORS), strict=False)):
        _draw(axes, line, _APART * (number - (len(lines) - 1) / 2), mark, color)
    axes.set_xlabel("turn")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw(axes: Axes, line: _Line, shift: float, mark: str, color: str) -> None:
    at = [turn + shift for turn, _ in line.points]
    bounded = [(x, one) for x, (_, one) in zip(at, line.points, strict=True) if isfinite(one.low)]
    axes.vlines([x for x, _ in bounded], [one.low for _, one in bounded], [one.high for _, one in bounded], color=color)
    axes.plot(
        at,
        [one.middle for _, one in line.points],
        marker=mark,
        color=color,
        markeredgecolor=INK,
        linewidth=1.2,
        markersize=6,
        label=fold(line.label, _LABEL_WIDTH),
    )


def _point(turn: int, one: Estimate) -> str:
    bounds = f" ({one.low:.2f} to {one.high:.2f})" if isfinite(one.low) else ""
    return f"turn {turn} {one.middle:.2f}{bounds}"
