"""Rates with an interval."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` of ``total``, assumed to be independent; values are None if there is nothing to count."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(self.count, self.total) if self.total else None

    @property
    def percent(self) -> str:
        return "–" if self.share is None else f"{100 * self.share:.1f}%"

    @property
    def ends(self) -> str:
        """Return the interval in words."""
        return "–" if self.interval is None else "{:.1f} to {:.1f}%".format(*(100 * end for end in self.interval))


def wilson_interval(count: float, total: int, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a proportion (Wilson 1927; method 3 in Newcombe 1998, Statistics in Medicine 17), without
    correction for continuity: both ends lie within 0 and 1. ``total`` is at least 1.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = (count + z * z / 2) / (total + z * z)
    reach = z * sqrt(count * (total - count) / total + z * z / 4) / (total + z * z)
    return max(0.0, middle - reach), min(1.0, middle + reach)
