"""Trends of a value over the turns of dialogues, with intervals over dialogues.

A trend is the common slope within dialogues, the estimate with a fixed effect for each of them: so dialogues that begin
higher, or end earlier, do not look like a trend. Its variance is the jackknife's that leaves out one dialogue at a time, which
respects that turns of a dialogue belong together, and is rather too large than too small (Bell and McCaffrey 2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

FEWEST = 5
"""Dialogues with at least three values that a trend needs."""
LEVEL = 0.99
"""Confidence of a trend's interval. Of dialogues without drift, 1 group in 200 then has one below 0."""
_SHORTEST = 3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """The change of a value per turn, with its interval; ``dialogues`` is the number that it comes from."""

    slope: float
    low: float
    high: float
    dialogues: int

    @property
    def is_falling(self) -> bool:
        """Return whether the whole interval lies below 0."""
        return self.high < 0


def trend_of(dialogues: Sequence[Floats], level: float = LEVEL) -> Trend | None:
    """Return the trend of a value over turns; each array holds the values of a dialogue by turn, NaN where there is none.

    None if fewer than FEWEST dialogues have three values.
    """
    sums = [_sums(values) for values in dialogues if has_trend(values)]
    if len(sums) < FEWEST:
        return None
    products, squares = np.array(sums).T
    slope = products.sum() / squares.sum()
    left_out = (products.sum() - products) / (squares.sum() - squares)
    count = len(sums)
    error = np.sqrt((count - 1) / count * np.sum((left_out - slope) ** 2))
    half = float(student.ppf((1 + level) / 2, count - 1)) * error
    return Trend(float(slope), float(slope - half), float(slope + half), count)


def has_trend(values: Floats) -> bool:
    """Return whether a dialogue has values enough to count for a trend."""
    return bool(np.isfinite(values).sum() >= _SHORTEST)


def _sums(values: Floats) -> tuple[float, float]:
    """Return the sum of products of turn and value, and the sum of squares of turns, both about the dialogue's means."""
    at = np.flatnonzero(np.isfinite(values)).astype(float)
    at -= at.mean()
    return float(at @ values[np.isfinite(values)]), float(at @ at)
