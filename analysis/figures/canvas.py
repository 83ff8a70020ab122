"""Empty figures for what most of them show: a row for each model, or for each of something else."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.style import MUTED, WIDTH
from analysis.figures.words import fold

LINE = 0.17
"""Inches that a line of a label takes."""
BETWEEN = 0.17
"""Inches between the labels of two rows."""


def row_figure(names: Sequence[str], *, extra: float) -> tuple[Figure, Axes]:
    """A figure with a row for each name, the first on top at 0; it is as high as the names need, and ``extra`` inches more."""
    return labelled_figure([fold(name) for name in names], extra=extra)


def labelled_figure(labels: Sequence[str], *, extra: float, between: float = BETWEEN) -> tuple[Figure, Axes]:
    """The same for labels that are folded already, with so many inches ``between`` the rows."""
    figure = Figure((WIDTH, extra + _rows_height(labels, between)), layout="constrained")
    axes = figure.subplots()
    _name_rows(axes, labels)
    return figure, axes


def _rows_height(labels: Sequence[str], between: float) -> float:
    """Inches that rows with these labels take: all rows are as high as the highest."""
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    return max(1, len(labels)) * (lines * LINE + between)


def _name_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Rows from 0 downwards, with the labels at their left."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")


def mark_reference(axes: Axes, at: float) -> None:
    """A line at a value that others are compared with."""
    axes.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
