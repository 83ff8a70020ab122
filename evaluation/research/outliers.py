"""Outliers among answer times."""

from collections.abc import Sequence
from math import log
from statistics import median

BEYOND = 3.5
"""Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: a modified z score of more than this."""
LEAST = 0.1
"""Seconds; shorter times count as this, so that they have a logarithm."""


def modified_z_scores(values: Sequence[float]) -> list[float]:
    """Return each value's distance from the median, in median absolute deviations scaled to standard deviations of a normal
    distribution. All scores are 0 if more than half of the values are the same, because there is no scale then.
    """
    if not values:
        return []
    middle = median(values)
    spread = median(abs(value - middle) for value in values)
    return [0.6745 * (value - middle) / spread if spread else 0.0 for value in values]


def unusual_times(seconds: Sequence[float]) -> list[int]:
    """Return the indices of outliers on a logarithmic scale, because answer times are skewed to the right."""
    scores = modified_z_scores([log(max(one, LEAST)) for one in seconds])
    return [index for index, score in enumerate(scores) if abs(score) > BEYOND]
