"""Durations of judgements, by model."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.stats import skew

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import counted
from analysis.reporting.figures.row_plots import row_figure
from analysis.reporting.figures.style import INK, SKY
from analysis.statistics.crossed_factors import Floats

NAME = "durations"
SKEWED = 1.0
"""Skewness above which the axis is logarithmic."""


def durations_by_model(frame: pd.DataFrame) -> Drawing | Undrawn:
    """Draw box plots: quartiles, whiskers to the last value within 1.5 interquartile ranges, and the values beyond."""
    if "duration" not in frame.columns or frame["duration"].isna().all():
        return Undrawn(NAME, "The judgements have no durations.")
    present = frame[frame["duration"].notna()]
    by_model = {str(model): part.to_numpy(float) for model, part in present.groupby("model")["duration"]}
    is_log = _is_skewed(present["duration"].to_numpy(float))
    figure, axes = row_figure(list(by_model), extra=0.7)
    _draw_boxes(axes, list(by_model.values()), is_log=is_log)
    axes.set_xlabel("seconds per judgement" + (" (logarithmic)" if is_log else ""))
    return Drawing(NAME, "Duration of judgements, by model", _alt(by_model), figure)


def _is_skewed(values: Floats) -> bool:
    """Return whether the values are skewed to the right, and none is too small for a logarithm."""
    return bool(len(values) > 2 and values.min() > 0 and np.ptp(values) > 0 and skew(values) > SKEWED)


def _draw_boxes(axes: Axes, groups: Sequence[Floats], *, is_log: bool) -> None:
    if is_log:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.boxplot(
        groups,
        positions=range(len(groups)),
        orientation="horizontal",
        widths=0.6,
        manage_ticks=False,
        patch_artist=True,
        boxprops={"facecolor": SKY, "edgecolor": INK, "linewidth": 0.8},
        medianprops={"color": INK, "linewidth": 2},
        whiskerprops={"color": INK, "linewidth": 0.8},
        capprops={"color": INK, "linewidth": 0.8},
        flierprops={"marker": ".", "markersize": 3, "markerfacecolor": INK, "markeredgecolor": "none", "alpha": 0.5},
    )


def _alt(by_model: Mapping[str, Floats]) -> str:
    entries = (f"{model}: {_quartile_words(values)}" for model, values in by_model.items())
    return f"Box plots of seconds per judgement. {'; '.join(entries)}."


def _quartile_words(values: Floats) -> str:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"median {middle:.1f}, quartiles {low:.1f} and {high:.1f}, {counted(len(values), 'judgement')}"
