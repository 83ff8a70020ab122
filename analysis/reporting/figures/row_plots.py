"""Figures with a row for each model or other item: the empty figure, and intervals in its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reporting.figures.labels import fold
from analysis.reporting.figures.style import BLUE, INK, MUTED, WIDTH

LINE = 0.17
"""Height of a label's line, in inches."""
BETWEEN = 0.17
"""Space between the labels of two rows, in inches."""
Z = 1.959964
"""Half the width of a 95% interval of a normal distribution, in standard errors."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval to draw; with ``is_marked`` its dot is full."""

    middle: float
    low: float
    high: float
    is_marked: bool = True


def row_figure(names: Sequence[str], *, extra: float) -> tuple[Figure, Axes]:
    """Return a figure with a row for each name, the first on top at 0; as high as the names need, plus ``extra`` inches."""
    return labelled_figure([fold(name) for name in names], extra=extra)


def labelled_figure(labels: Sequence[str], *, extra: float, between: float = BETWEEN) -> tuple[Figure, Axes]:
    """Return the same figure for labels that are already folded, with ``between`` inches between the rows."""
    figure = Figure((WIDTH, extra + _rows_height(labels, between)), layout="constrained")
    axes = figure.subplots()
    _name_rows(axes, labels)
    return figure, axes


def _rows_height(labels: Sequence[str], between: float) -> float:
    """Return the height of all rows in inches: each is as high as the highest label needs."""
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    return max(1, len(labels)) * (lines * LINE + between)


def _name_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Label the rows on the left, from row 0 downwards."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")


def mark_reference(axes: Axes, at: float) -> None:
    """Draw a line at the value that others are compared with."""
    axes.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def draw_intervals(axes: Axes, rows: Sequence[int], intervals: Sequence[Interval], size: float = 6) -> None:
    """Draw each interval as a line with a dot: full if marked, empty if not."""
    axes.hlines(rows, [one.low for one in intervals], [one.high for one in intervals], color=INK, linewidth=1.4)
    for is_marked, fill in ((True, BLUE), (False, "#FFFFFF")):
        dots = [(one.middle, row) for row, one in zip(rows, intervals, strict=True) if one.is_marked is is_marked]
        if dots:
            axes.plot(
                *zip(*dots, strict=True), "o", markersize=size, color=fill, markeredgecolor=INK, markeredgewidth=1
            )
