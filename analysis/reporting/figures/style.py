"""How all figures look: set once for the process, as matplotlib's settings are the process's own.

No figure relies on colour alone: fills differ in hatch and lightness too. The colours are those of Okabe and Ito, which most
people tell apart whatever their colour vision.
"""

import logging
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import matplotlib

INK, MUTED, FAINT = "#000000", "#595959", "#BFBFBF"
"""Of what is said, of what is said beside, and of lines that guide the eye."""
BLUE, SKY, YELLOW, ORANGE, GREEN, VERMILLION, PURPLE = (
    "#0072B2",
    "#56B4E9",
    "#F0E442",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
)
WIDTH = 7.2
"""Inches: what a page of paper has between its margins."""
SETTINGS: dict[Any, Any] = {
    # No window, and no pyplot, which keeps its figures for the whole process.
    "backend": "agg",
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": False,
    "axes.labelsize": 9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    # Text that stays text can be searched, selected and edited, and needs no fonts inside the file. DejaVu Sans is wider than
    # what stands in for it elsewhere, so that labels which do not overlap here overlap nowhere.
    "svg.fonttype": "none",
    "svg.hashsalt": "analysis",
    "pdf.fonttype": 42,
    # A dollar in somebody's model name is no formula.
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}
# It tells at length how it makes a font smaller.
logging.getLogger("fontTools").setLevel(logging.WARNING)
matplotlib.rcdefaults()
matplotlib.rcParams.update(SETTINGS)


@dataclass(frozen=True, slots=True)
class Fill:
    """How a part of a stack is filled, and the ink that can be read on it."""

    color: str
    hatch: str
    ink: str = INK


_FILLS = (
    Fill(BLUE, "", "#FFFFFF"),
    Fill(SKY, "////"),
    Fill(YELLOW, ".."),
    Fill(VERMILLION, "xx"),
    Fill(GREEN, "\\\\\\\\"),
    Fill(ORANGE, "--"),
    Fill(PURPLE, "||"),
)
UNSTATED = Fill("#FFFFFF", "")


def fills(count: int) -> list[Fill]:
    """Return fills for the parts of a stack: dark, middling and light first."""
    return list(islice(cycle(_FILLS), count))
