"""Statistics on researchers' pages: agreement beyond chance, outlying answer times."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from math import log
from statistics import median

BEYOND = 3.5
"""Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: a modified z score of more than this."""
LEAST = 0.1
"""Seconds; shorter times count as this, so that they have a logarithm."""


def krippendorff_alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Return Krippendorff's alpha for nominal values; each unit holds the answers of its judges, in any number.

    Units with fewer than two values are left out, because they say nothing about agreement. 1 is perfect agreement, 0 is
    chance. None if it is not defined: nothing was judged twice, or all answers are the same. (Krippendorff 2011, Computing
    Krippendorff's Alpha-Reliability, part C: the coincidences of the matrix's diagonal against those expected.)
    """
    pairable = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[Hashable] = sum(pairable, Counter())
    values = totals.total()
    expected = sum(count * (values - count) for count in totals.values())
    if not expected:
        return None
    observed = sum(_disagreements(unit) / (unit.total() - 1) for unit in pairable)
    return 1 - (values - 1) * observed / expected


def _disagreements(unit: Counter[Hashable]) -> int:
    """Count the ordered pairs of different values in the unit."""
    return sum(count * (unit.total() - count) for count in unit.values())


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
