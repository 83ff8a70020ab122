"""Figures 3 to 7: who took part."""

import re
from collections.abc import Mapping

from matplotlib.ticker import MaxNLocator

from analysis.figures.canvas import row_figure
from analysis.figures.drawing import Drawing, Undrawn
from analysis.figures.style import INK, SKY
from analysis.figures.words import counted, listed, percent

PAPER_FIGURES = {
    "age": "figure-3",
    "race": "figure-4",
    "gender": "figure-5",
    "education": "figure-6",
    "native_english": "figure-7",
}


def participants_by_option(key: str, label: str, counts: Mapping[str, int]) -> Drawing | Undrawn:
    """How many participants chose each option of a feature, in the order of ``counts``: the form's."""
    name = PAPER_FIGURES.get(key) or f"participants-{re.sub(r'[^a-z0-9]+', '-', key.lower()).strip('-') or 'feature'}"
    total = sum(counts.values())
    if not total:
        return Undrawn(name, f"Nobody has answered “{label}” yet.")
    figure, axes = row_figure(list(counts), extra=0.7)
    axes.barh(range(len(counts)), list(counts.values()), 0.68, color=SKY, edgecolor=INK, linewidth=0.6)
    for row, count in enumerate(counts.values()):
        axes.annotate(
            f"{count} ({percent(count / total)})", (count, row), (4, 0), textcoords="offset points", va="center"
        )
    axes.set_xlim(0, 1.25 * max(counts.values()))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("participants")
    told = listed(f"{option} {count} ({percent(count / total)})" for option, count in counts.items())
    return Drawing(name, f"Participants: {label}", f"Bars. {counted(total, 'participant')}: {told}.", figure)
