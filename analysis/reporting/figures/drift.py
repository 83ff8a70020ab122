"""The style of characters from turn to turn."""

from collections.abc import Sequence
from itertools import cycle
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import fold
from analysis.reporting.figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, SKY, VERMILLION, WIDTH
from analysis.statistics.drift.drift import Drift
from analysis.statistics.drift.turns import AtTurn

NAME = "drift-by-turn"
_MARKS = "osD^vP"
_COLORS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
_APART = 0.12
"""Distance between the marks of two ways at the same turn."""
_LABEL_WIDTH = 60


def styles_by_turn(drifts: Sequence[Drift]) -> Drawing | Undrawn:
    """Draw the style by turn with 95% intervals, a line for each way of playing; ``drifts`` has one for each."""
    drawn = [(one, points) for one in drifts if (points := [turn for turn in one.turns if turn.style.count])]
    if not drawn:
        return Undrawn(NAME, "No turn of a character has a score of its style.")
    figure = Figure((WIDTH, 3.6 + 0.2 * len(drawn)), layout="constrained")
    axes = figure.subplots()
    _mark_scale(axes)
    for number, ((one, points), mark, color) in enumerate(zip(drawn, cycle(_MARKS), cycle(_COLORS), strict=False)):
        _draw(axes, points, _APART * (number - (len(drawn) - 1) / 2), mark, color, one.way)
    axes.set_xlabel("turn")
    axes.set_ylabel("style (95% interval over dialogues)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside lower center", ncols=1)
    return Drawing(NAME, "Style by turn", _alt(drawn), figure)


def _mark_scale(axes: Axes) -> None:
    for at, what in ((1, "own turns in the script"), (0, "neutral text")):
        axes.axhline(at, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            what, (1, at), (-2, 2), axes.get_yaxis_transform(), "offset points", ha="right", fontsize=8, color=MUTED
        )


def _draw(axes: Axes, points: Sequence[AtTurn], shift: float, mark: str, color: str, label: str) -> None:
    at = [point.turn + shift for point in points]
    bounded = [(x, point.style) for x, point in zip(at, points, strict=True) if isfinite(point.style.low)]
    axes.vlines([x for x, _ in bounded], [one.low for _, one in bounded], [one.high for _, one in bounded], color=color)
    axes.plot(
        at,
        [point.style.middle for point in points],
        marker=mark,
        color=color,
        markeredgecolor=INK,
        linewidth=1.2,
        markersize=6,
        label=fold(label, _LABEL_WIDTH),
    )


def _alt(drawn: Sequence[tuple[Drift, Sequence[AtTurn]]]) -> str:
    entries = (f"{one.way}: {', '.join(map(_point, points))}" for one, points in drawn)
    return (
        "Style of characters by turn, where 1 is the mean of their own turns and 0 that of neutral text, with 95% intervals. "
        f"{'; '.join(entries)}."
    )


def _point(point: AtTurn) -> str:
    one = point.style
    bounds = f" ({one.low:.2f} to {one.high:.2f})" if isfinite(one.low) else ""
    return f"turn {point.turn} {one.middle:.2f}{bounds}"
