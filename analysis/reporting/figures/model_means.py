"""How often each model is detected: estimated by the mixed model, and observed."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter
from scipy.special import expit

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import percent
from analysis.reporting.figures.row_plots import Interval, Z, draw_intervals, mark_reference, row_figure
from analysis.reporting.figures.style import BLUE, INK, MUTED, ORANGE
from analysis.statistics.detection_table import DetectionRow, detection_table
from analysis.statistics.mixed_models import MixedModel

NAME = "detection-by-model"
BELOW = 0.24
"""Distance between an estimate and the mark of the observed rate, in rows."""


def means_by_model(frame: pd.DataFrame, model: MixedModel) -> Drawing | Undrawn:
    """Draw the rates that the model's means imply for an average evaluator and person, with 95% intervals, and the observed
    rate next to each."""
    intervals = {level: interval for level in model.means if (interval := _interval(model, level))}
    if not intervals:
        return Undrawn(NAME, model.message or "The mixed model has no estimates.")
    observed = {level: row for level, row in detection_table(frame).items() if row.pairs}
    figure, axes = row_figure(list(observed), extra=1.3)
    _draw_estimated(axes, list(observed), intervals)
    _draw_observed(axes, list(observed.values()))
    mark_reference(axes, 0.5)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol="%"))
    axes.set_xlabel("simulations detected (dashed: 50%)")
    _explain_marks(figure)
    return Drawing(NAME, "Simulations detected, by model", _alt(intervals, observed), figure)


def _draw_estimated(axes: Axes, levels: Sequence[str], intervals: Mapping[str, Interval]) -> None:
    draw_intervals(axes, [levels.index(level) for level in intervals], list(intervals.values()))
    for row in (row for row, level in enumerate(levels) if level not in intervals):
        axes.text(0.5, row, " no finite estimate", color=MUTED, va="center", fontsize=8)


def _explain_marks(figure: Figure) -> None:
    handles = [
        Line2D([], [], marker="o", color=INK, markerfacecolor=BLUE, linewidth=1.4, markersize=6),
        Line2D([], [], marker="D", color="none", markerfacecolor=ORANGE, markeredgecolor=INK, markersize=5),
    ]
    figure.legend(handles, ["mixed model, with 95% interval", "observed"], loc="outside lower center", ncols=2)


def _interval(model: MixedModel, level: str) -> Interval | None:
    mean = model.means[level]
    if mean.se is None:
        return None
    low, high = mean.estimate - Z * mean.se, mean.estimate + Z * mean.se
    return Interval(float(expit(mean.estimate)), float(expit(low)), float(expit(high)))


def _draw_observed(axes: Axes, rows: Sequence[DetectionRow]) -> None:
    rates = [row.detected / row.pairs for row in rows]
    at = [number + BELOW for number in range(len(rows))]
    axes.plot(rates, at, "D", markersize=5, color=ORANGE, markeredgecolor=INK, markeredgewidth=0.8)


def _alt(intervals: Mapping[str, Interval], observed: Mapping[str, DetectionRow]) -> str:
    entries = (
        f"{level}: {_estimated(intervals.get(level))}, observed {percent(row.detected / row.pairs)} of {row.pairs}"
        for level, row in observed.items()
    )
    return (
        f"Detection rates estimated by the mixed model, with 95% intervals, and observed rates. {'; '.join(entries)}."
    )


def _estimated(one: Interval | None) -> str:
    if one is None:
        return "no finite estimate"
    return f"{percent(one.middle)} ({percent(one.low)} to {percent(one.high)})"
