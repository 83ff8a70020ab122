"""Estimates with their 95 % intervals, a row for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from analysis.figures.style import BLUE, INK

Z = 1.959964
"""Half the width of a 95 % interval, in standard errors of what is about normal."""


@dataclass(frozen=True, slots=True)
class Interval:
    """``is_marked`` says that it is drawn as something of note."""

    middle: float
    low: float
    high: float
    is_marked: bool = True


def draw_intervals(axes: Axes, rows: Sequence[int], intervals: Sequence[Interval], size: float = 6) -> None:
    """A line with a dot, which is full if marked and empty if not."""
    axes.hlines(rows, [one.low for one in intervals], [one.high for one in intervals], color=INK, linewidth=1.4)
    for is_marked, fill in ((True, BLUE), (False, "#FFFFFF")):
        dots = [(one.middle, row) for row, one in zip(rows, intervals, strict=True) if one.is_marked is is_marked]
        if dots:
            axes.plot(
                *zip(*dots, strict=True), "o", markersize=size, color=fill, markeredgecolor=INK, markeredgewidth=1
            )
