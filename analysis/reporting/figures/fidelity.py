"""Distances of simulations from people beside their ceilings, by measure and by group."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.row_plots import Interval, draw_intervals, row_figure
from analysis.reporting.figures.style import BLUE, INK, ORANGE
from analysis.statistics.fidelity.comparison import Distance

BELOW = 0.26
"""Distance between a distance and its ceiling, in rows."""


def distances_by_row(name: str, title: str, distances: Mapping[str, Distance], why_not: str) -> Drawing | Undrawn:
    """Draw for each row the distance with its interval, filled if it is beyond the ceiling, and the ceiling below it."""
    if not distances:
        return Undrawn(name, why_not)
    figure, axes = row_figure(list(distances), extra=1.1)
    rows = range(len(distances))
    draw_intervals(axes, rows, [_interval(one) for one in distances.values()])
    _draw_ceilings(axes, list(distances.values()))
    axes.set_xlim(left=0)
    axes.set_xlabel("distance from people (95% interval over random halves of the people)")
    _explain_marks(figure)
    return Drawing(name, title, _alt(distances), figure)


def _interval(one: Distance) -> Interval:
    return Interval(one.found.middle, one.found.low, one.found.high, one.is_farther)


def _draw_ceilings(axes: Axes, distances: list[Distance]) -> None:
    at = [row + BELOW for row in range(len(distances))]
    ceilings = [one.ceiling.middle for one in distances]
    axes.plot(ceilings, at, "D", markersize=5, color=ORANGE, markeredgecolor=INK, markeredgewidth=0.8)


def _explain_marks(figure: Figure) -> None:
    handles = [
        Line2D([], [], marker="o", color=INK, markerfacecolor=fill, linewidth=1.4, markersize=6)
        for fill in (BLUE, "#FFFFFF")
    ]
    handles.append(Line2D([], [], marker="D", color="none", markerfacecolor=ORANGE, markeredgecolor=INK, markersize=5))
    labels = ["beyond the ceiling", "not beyond it", "ceiling: between halves of people"]
    figure.legend(handles, labels, loc="outside lower center", ncols=3)


def _alt(distances: Mapping[str, Distance]) -> str:
    entries = (
        f"{label}: {one.found.middle:.2f} ({one.found.low:.2f} to {one.found.high:.2f}), ceiling {one.ceiling.middle:.2f}"
        f"{', beyond it' if one.is_farther else ''}"
        for label, one in distances.items()
    )
    return f"Distances of simulated dialogues from people, with 95% intervals. {'; '.join(entries)}."
