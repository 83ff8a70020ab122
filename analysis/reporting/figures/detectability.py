"""Figures 2 and 13: how often simulations were detected, and with what confidence."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import counted, listed, percent
from analysis.reporting.figures.row_plots import row_figure
from analysis.reporting.figures.stacks import Part, Stack, draw_stacks, explain_parts
from analysis.reporting.figures.style import INK, MUTED, UNSTATED, fills
from analysis.statistics.analysis import NOT_SURE
from analysis.statistics.detection_table import confidence_labels

UNSTATED_LABEL = "not stated"
CHOICES = ("simulated", "natural", NOT_SURE)
"""In the order of figure 13."""


def rates_by_confidence(frame: pd.DataFrame) -> Drawing | Undrawn:
    """Draw figure 2: detected to the left, undetected to the right, a row for each model."""
    judged = frame[frame["detected"].notna()]
    parts = _parts(judged)
    if not parts:
        return Undrawn("figure-2", "The judgements do not say how confident evaluators were.")
    models = sorted(map(str, judged["model"].unique()))
    figure, axes = row_figure(models, extra=1.25)
    stacks = [
        stack
        for row, model in enumerate(models)
        for stack in _detected_and_not(judged[judged["model"].astype(str) == model], row, parts)
    ]
    draw_stacks(axes, stacks)
    _name_sides(axes)
    explain_parts(figure, parts)
    return Drawing("figure-2", "Detected and undetected simulations by confidence", _rates_alt(models, stacks), figure)


def choices_by_confidence(frame: pd.DataFrame) -> Drawing | Undrawn:
    """Draw figure 13: which dialogue evaluators judged to be artificial, over all models."""
    if "choice" not in frame.columns or frame["choice"].isna().all():
        return Undrawn("figure-13", "The judgements do not say which dialogue was chosen as artificial.")
    judged = frame[frame["choice"].notna()]
    parts = _parts(judged)
    if not parts:
        return Undrawn("figure-13", "The judgements do not say how confident evaluators were.")
    found = sorted(set(judged["choice"]) - set(CHOICES))
    choices = [*CHOICES, *found]
    figure, axes = row_figure(choices, extra=1.25)
    stacks = [
        _stack(judged[judged["choice"] == choice], row, 1, parts, len(judged)) for row, choice in enumerate(choices)
    ]
    draw_stacks(axes, stacks)
    axes.set_xlabel(f"share of all {counted(len(judged), 'judgement')}")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.0f}%"))
    explain_parts(figure, parts)
    return Drawing(
        "figure-13",
        "Dialogue judged to be artificial, by confidence",
        _choices_alt(choices, stacks, len(judged)),
        figure,
    )


def _parts(frame: pd.DataFrame) -> list[Part]:
    """Return a part for each level of confidence, the highest first, and one for missing values if there are any."""
    labels = confidence_labels(frame)
    if not labels:
        return []
    parts = [Part(label, fill) for label, fill in zip(labels, fills(len(labels)), strict=True)]
    return [*parts, Part(UNSTATED_LABEL, UNSTATED)] if frame["confidence"].isna().any() else parts


def _detected_and_not(frame: pd.DataFrame, row: int, parts: Sequence[Part]) -> Iterator[Stack]:
    yield _stack(frame[frame["detected"] == 1], row, -1, parts, len(frame))
    yield _stack(frame[frame["detected"] == 0], row, 1, parts, len(frame))


def _stack(frame: pd.DataFrame, row: int, direction: int, parts: Sequence[Part], total: int) -> Stack:
    counts: Mapping[str, int] = frame["confidence"].fillna(UNSTATED_LABEL).value_counts().to_dict()
    return Stack(row, direction, tuple((part, counts.get(part.label, 0)) for part in parts), total)


def _name_sides(axes: Axes) -> None:
    axes.axvline(0, color=INK, linewidth=1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{abs(100 * share):.0f}%"))
    axes.set_xlabel("share of the model's pairs")
    for side, words, at in ((-1, "← detected", "right"), (1, "undetected →", "left")):
        axes.annotate(
            words,
            (0, 1),
            (6 * side, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha=at,
            va="bottom",
            fontweight="bold",
            color=MUTED,
        )


def _rates_alt(models: Sequence[str], stacks: Sequence[Stack]) -> str:
    sides = dict(zip(models, zip(stacks[::2], stacks[1::2], strict=True), strict=True))
    entries = (
        f"{model}: {percent(detected.share)} of {counted(detected.of, 'pair')} detected ({_confidences(detected)}), "
        f"{percent(undetected.share)} undetected ({_confidences(undetected)})"
        for model, (detected, undetected) in sides.items()
    )
    return f"Stacked bars, shares of each model's pairs by confidence. {'; '.join(entries)}."


def _choices_alt(choices: Sequence[str], stacks: Sequence[Stack], total: int) -> str:
    entries = (
        f"{choice} {percent(stack.share)} ({_confidences(stack)})"
        for choice, stack in zip(choices, stacks, strict=True)
    )
    return f"Stacked bars, dialogue judged artificial in {counted(total, 'judgement')}, by confidence: {'; '.join(entries)}."


def _confidences(stack: Stack) -> str:
    return listed(f"{part.label} {percent(count / stack.of)}" for part, count in stack.counts)
