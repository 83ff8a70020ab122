"""The style of all figures, set once because matplotlib's settings apply to the whole process.

No figure relies on colour alone: fills also differ in hatch and lightness. The colours are those of Okabe and Ito, which most
people can distinguish whatever their colour vision.
"""

import logging
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import matplotlib
from fontTools.subset import Options

INK, MUTED, FAINT = "#000000", "#595959", "#BFBFBF"
"""Colours of main text, of secondary text, and of lines that guide the eye."""
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
"""Inches between the margins of a printed page."""
SETTINGS: dict[Any, Any] = {
    # Open no window, and do not use pyplot, which keeps its figures until the process ends.
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
    # Text kept as text can be searched, selected and edited, and needs no embedded fonts. DejaVu Sans is wider than the fonts
    # that replace it elsewhere, so labels that do not overlap here overlap nowhere.
    "svg.fonttype": "none",
    "svg.hashsalt": "analysis",
    "pdf.fonttype": 42,
    # A dollar sign in a model's name does not start a formula.
    "text.parse_math": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}
# fontTools logs every step of subsetting a font.
logging.getLogger("fontTools").setLevel(logging.WARNING)
matplotlib.rcdefaults()
matplotlib.rcParams.update(SETTINGS)
# A PDF embeds a subset of each font. Its text has been laid out, so it does not need the tables for that; subsetting them takes
# most of the time. matplotlib does not pass on fontTools' options.
Options._drop_tables_default += ["GDEF", "GPOS", "GSUB", "kern"]


@dataclass(frozen=True, slots=True)
class Fill:
    """The fill of a part of a stack, and a text colour that is readable on it."""

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
    """Return fills for the parts of a stack, beginning with a dark, a medium and a light one."""
    return list(islice(cycle(_FILLS), count))
