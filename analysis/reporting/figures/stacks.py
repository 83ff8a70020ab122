"""Stacked bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.reporting.figures.labels import percent, printable
from analysis.reporting.figures.style import INK, MUTED, Fill

HEIGHT = 0.68
"""Height of a bar; rows are 1 apart."""
MARGIN, DIGIT, TOTAL = 0.01, 0.018, 0.14
"""Space around the number in a part, for each of its digits, and for the number at the end of a bar: shares of the axis."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of each bar: its label in the legend, and its fill."""

    label: str
    fill: Fill


@dataclass(frozen=True, slots=True)
class Stack:
    """Counts out of ``of`` in one row, away from 0 to the right (``direction`` 1) or to the left (-1)."""

    row: int
    direction: int
    counts: tuple[tuple[Part, int], ...]
    of: int

    @property
    def share(self) -> float:
        """Return the share of all parts together."""
        return sum(count for _, count in self.counts) / self.of if self.of else 0.0


def draw_stacks(axes: Axes, stacks: Sequence[Stack]) -> None:
    """Draw each part, with its percentage if there is room, and the total in grey at the end."""
    left, right = (max((stack.share for stack in stacks if stack.direction == side), default=0.0) for side in (-1, 1))
    ends = 2 if left else 1
    span = max(left + right, 0.01) / (1 - ends * TOTAL)
    axes.set_xlim(-(left + TOTAL * span) if left else 0, right + TOTAL * span)
    for stack in stacks:
        _draw_stack(axes, stack, span)


def _draw_stack(axes: Axes, stack: Stack, span: float) -> None:
    start = 0.0
    for part, count in stack.counts:
        share = count / stack.of if stack.of else 0.0
        _draw_part(axes, stack, part, start, share)
        number = str(floor(100 * share + 0.5))
        if share >= (MARGIN + DIGIT * len(number)) * span:
            _number_part(axes, stack, part, start + share / 2, number)
        start += share
    axes.annotate(
        percent(stack.share),
        (stack.direction * start, stack.row),
        (4 * stack.direction, 0),
        textcoords="offset points",
        ha="left" if stack.direction > 0 else "right",
        va="center",
        color=MUTED,
        bbox={"facecolor": "#FFFFFF", "edgecolor": "none", "pad": 0.5},
    )


def explain_parts(figure: Figure, parts: Sequence[Part]) -> None:
    """Draw a legend below the plot."""
    handles = [Patch(facecolor=one.fill.color, hatch=one.fill.hatch, edgecolor=INK, linewidth=0.6) for one in parts]
    figure.legend(
        handles, [printable(part.label) for part in parts], loc="outside lower center", ncols=min(4, len(parts))
    )


def _draw_part(axes: Axes, stack: Stack, part: Part, start: float, share: float) -> None:
    axes.barh(
        stack.row,
        stack.direction * share,
        HEIGHT,
        left=stack.direction * start,
        color=part.fill.color,
        hatch=part.fill.hatch,
        edgecolor=INK,
        linewidth=0.6,
    )


def _number_part(axes: Axes, stack: Stack, part: Part, middle: float, number: str) -> None:
    """Write the percentage, rounded half up, on a plain background so that no hatch runs through it."""
    axes.text(
        stack.direction * middle,
        stack.row,
        number,
        ha="center",
        va="center",
        fontsize=8,
        color=part.fill.ink,
        bbox={"facecolor": part.fill.color, "edgecolor": "none", "pad": 1},
    )
