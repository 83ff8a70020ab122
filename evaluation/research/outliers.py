"""Answer times that do not look like the others'."""

from collections.abc import Sequence
from math import log
from statistics import median

BEYOND = 3.5
"""Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: a modified z score of more than this."""
LEAST = 0.1
"""Seconds below which a time is as good as none: it has a logarithm."""


def modified_z_scores(values: Sequence[float]) -> list[float]:
    """How far each value is from the median, in median absolute deviations that are scaled to standard deviations of a
    normal distribution. Where more than half of the values are the same there is no such scale: all scores are 0.
    """
    if not values:
        return []
    middle = median(values)
    spread = median(abs(value - middle) for value in values)
    return [0.6745 * (value - middle) / spread if spread else 0.0 for value in values]


def unusual_times(seconds: Sequence[float]) -> list[int]:
    """Which of the times, by index, are outliers on a logarithmic scale: times to answer are skewed to the right."""
    scores = modified_z_scores([log(max(one, LEAST)) for one in seconds])
    return [index for index, score in enumerate(scores) if abs(score) > BEYOND]
