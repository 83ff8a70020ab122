"""Figures of a study that need no judgements: 3 to 7, participants' demographics, and 8, failures of the two speakers."""

import re
from collections.abc import Mapping, Sequence
from math import ceil, pi

from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes
from matplotlib.ticker import MaxNLocator

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import counted, fold, listed, percent
from analysis.reporting.figures.row_plots import row_figure
from analysis.reporting.figures.style import BLUE, FAINT, INK, MUTED, SKY

FAILURES = "figure-8"
KINDS = {
    "no_prompt": "no prompt",
    "multiple_prompts": "multiple\nprompts",
    "incoherent": "incoherent",
    "self_reply": "self-reply",
    "incoherent_responder": "incoherent\nresponder",
}
COLUMNS = 2
WIDE, HIGH = 3.4, 2.35
"""Size of a radar with its labels, in inches."""
TURN = [2 * pi * number / len(KINDS) for number in range(len(KINDS))]
PAPER_FIGURES = {
    "age": "figure-3",
    "race": "figure-4",
    "gender": "figure-5",
    "education": "figure-6",
    "native_english": "figure-7",
}


def participants_by_option(key: str, label: str, counts: Mapping[str, int]) -> Drawing | Undrawn:
    """Draw how many participants chose each option of a feature, in the order of ``counts``, which is the form's."""
    name = PAPER_FIGURES.get(key) or f"participants-{re.sub(r'[^a-z0-9]+', '-', key.lower()).strip('-') or 'feature'}"
    total = sum(counts.values())
    if not total:
        return Undrawn(name, f"No participant has answered “{label}” yet.")
    figure, axes = row_figure(list(counts), extra=0.7)
    axes.barh(range(len(counts)), list(counts.values()), 0.68, color=SKY, edgecolor=INK, linewidth=0.6)
    for row, count in enumerate(counts.values()):
        axes.annotate(
            f"{count} ({percent(count / total)})", (count, row), (4, 0), textcoords="offset points", va="center"
        )
    axes.set_xlim(0, 1.25 * max(counts.values()))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("participants")
    entries = listed(f"{option} {count} ({percent(count / total)})" for option, count in counts.items())
    return Drawing(name, f"Participants: {label}", f"Bars. {counted(total, 'participant')}: {entries}.", figure)


def failure_radars(percents: Mapping[str, Mapping[str, float]]) -> Drawing | Undrawn:
    """Draw a radar for each inquirer, all on the same scale; a smaller area is better.

    ``percents`` holds percentages of outputs, by inquirer and then by the keys of KINDS.
    """
    lacking = [inquirer for inquirer, found in percents.items() if not found.keys() >= KINDS.keys()]
    if not percents or lacking:
        reason = f"The outputs of {listed(lacking)} are not stored." if lacking else "There are no simulated dialogues."
        return Undrawn(FAILURES, reason)
    columns = min(COLUMNS, len(percents))
    rows = ceil(len(percents) / columns)
    figure = Figure((WIDE * columns, HIGH * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False, subplot_kw={"projection": "polar"}).flat)
    most = _scale(max(value for found in percents.values() for value in found.values()))
    for axes in panels:
        axes.set_visible(False)
    for axes, (inquirer, found) in zip(panels, percents.items(), strict=False):
        _draw_radar(axes, inquirer, [found[kind] for kind in KINDS], most)
    return Drawing(FAILURES, "Failures, percent of outputs", _failures_alt(percents), figure)


def _draw_radar(axes: PolarAxes, inquirer: str, values: Sequence[float], most: float) -> None:
    axes.set_visible(True)
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.fill(TURN, values, facecolor=SKY, edgecolor=BLUE, linewidth=1.6, alpha=0.75)
    axes.plot(TURN, values, "o", markersize=3, color=INK, clip_on=False)
    axes.set_ylim(0, most)
    axes.set_yticks([most / 2, most], [f"{most / 2:g}%", f"{most:g}%"], fontsize=7, color=MUTED)
    axes.set_xticks(TURN, list(KINDS.values()), fontsize=7.5)
    for angle, label in zip(TURN, axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("center" if not angle else "left" if angle < pi else "right")
    axes.tick_params(axis="x", pad=1)
    axes.spines["polar"].set_color(FAINT)
    axes.set_title(fold(inquirer, 30), pad=10)


def _scale(largest: float) -> float:
    """Return the upper end of all axes: 1, 2, 5, or the next multiple of ten."""
    return next((float(end) for end in (1, 2, 5) if largest <= end), 10.0 * ceil(largest / 10))


def _failures_alt(percents: Mapping[str, Mapping[str, float]]) -> str:
    entries = (
        f"{inquirer}: {listed(f'{words} {found[kind]:.1f}%' for kind, words in _flat_kinds().items())}"
        for inquirer, found in percents.items()
    )
    return f"A radar for each inquirer, failures in percent of outputs. {'; '.join(entries)}."


def _flat_kinds() -> dict[str, str]:
    return {kind: words.replace("\n", " ") for kind, words in KINDS.items()}
