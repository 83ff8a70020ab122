"""Agreement of judges of the same pairs, beyond chance."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence


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
