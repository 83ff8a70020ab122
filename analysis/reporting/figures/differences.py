"""All pairwise contrasts of detection between the models."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import fold, one_line, printable
from analysis.reporting.figures.row_plots import LINE, Interval, Z, draw_intervals, labelled_figure, mark_reference
from analysis.reporting.figures.style import BLUE, INK
from analysis.reporting.findings import p_words
from analysis.statistics.contrasts import ALPHA, Contrast
from analysis.statistics.mixed_models import MixedModel

NAME = "contrasts"
ONE_LINE = 28
"""Characters."""
MOST_NAMED = 15
"""The number of pairs of six models."""
KEY_WIDTH = 76


def pairwise_differences(model: MixedModel) -> Drawing | Undrawn:
    """Draw differences in log-odds with unadjusted 95% intervals; mark those that are significant after Holm's adjustment."""
    contrasts = [one for one in model.contrasts if one.found and one.found.se is not None]
    if not contrasts:
        return Undrawn(NAME, model.message or "The mixed model has no contrasts.")
    intervals = [_interval(one) for one in contrasts]
    figure, axes = _rows(contrasts, model.levels)
    mark_reference(axes, 0)
    draw_intervals(axes, range(len(contrasts)), intervals)
    axes.set_xlabel("difference in log-odds of detection (95% interval, unadjusted)")
    figure.legend(
        [Line2D([], [], marker="o", color=INK, markerfacecolor=fill, markersize=6) for fill in (BLUE, "#FFFFFF")],
        ["differ (Holm)", "no difference found"],
        loc="outside lower center",
        ncols=2,
    )
    return Drawing(
        NAME, "Differences in detection between models", _alt(contrasts, intervals, len(model.contrasts)), figure
    )


def _rows(contrasts: Sequence[Contrast], levels: Sequence[str]) -> tuple[Figure, Axes]:
    """Label the rows with the models' names, or with their numbers and a key if there are too many rows for names."""
    if len(contrasts) <= MOST_NAMED:
        return labelled_figure([_label(one) for one in contrasts], extra=1.3)
    numbers = {level: number for number, level in enumerate(levels, start=1)}
    labels = [f"{numbers[one.a]} − {numbers[one.b]}" for one in contrasts]
    figure, axes = labelled_figure(labels, extra=1.3 + LINE * 1.2 * len(levels), between=0.06)
    key = [f"{number}  {one_line(level, KEY_WIDTH)}" for level, number in numbers.items()]
    figure.legend([Line2D([], [])] * len(key), key, loc="outside upper left", handlelength=0, handletextpad=0)
    return figure, axes


def _label(contrast: Contrast) -> str:
    """Return the label, on one line if both names are short."""
    whole = printable(f"{contrast.a} − {contrast.b}")
    return whole if len(whole) <= ONE_LINE else f"{fold(contrast.a)}\n− {fold(contrast.b)}"


def _interval(contrast: Contrast) -> Interval:
    found = contrast.found
    if found is None or found.se is None:
        raise ValueError(f"{contrast.a} and {contrast.b} cannot be compared")
    half = Z * found.se
    return Interval(found.estimate, found.estimate - half, found.estimate + half, _differs(contrast))


def _differs(contrast: Contrast) -> bool:
    return contrast.p_holm is not None and contrast.p_holm < ALPHA


def _alt(contrasts: Sequence[Contrast], intervals: Sequence[Interval], pairs: int) -> str:
    marked = [
        f"{one.a} − {one.b} {at.middle:.2f} ({at.low:.2f} to {at.high:.2f}, {p_words(one.p_holm)})"
        for one, at in zip(contrasts, intervals, strict=True)
        if at.is_marked
    ]
    shown = f"{len(contrasts)} of {pairs} pairs of models"
    opening = f"Differences in log-odds of detection with unadjusted 95% intervals, {shown}."
    if not marked:
        return f"{opening} None is significant after Holm's adjustment."
    others = len(contrasts) - len(marked)
    rest = f"; the other {others} show no significant difference" if others else ""
    differ = "1 pair differs" if len(marked) == 1 else f"{len(marked)} pairs differ"
    return f"{opening} After Holm's adjustment, {differ}: {'; '.join(marked)}{rest}."
