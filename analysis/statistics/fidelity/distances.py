"""Distances between the values of two groups."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

Numbers = NDArray[np.float64]


def scale_of(reference: Numbers, other: Numbers) -> float:
    """Return the unit of the distance: the standard deviation of the reference, or that of both if the reference is constant.

    It is 0 only if all values are equal; the distance is then 0, too.
    """
    alone = float(reference.std()) if len(reference) else 0.0
    both = np.concatenate([reference, other])
    return alone if alone > 0 else float(both.std()) if len(both) else 0.0


def shift(one: Numbers, other: Numbers, scale: float) -> float | None:
    """Return the Wasserstein-1 distance in units of ``scale``: how far, on average, values must be moved from one to the other.

    Unlike a difference of means it captures spread and shape, too; unlike a divergence it needs no bins, and counts by how
    much values differ. For two rates it is their difference. None without values.
    """
    if not len(one) or not len(other):
        return None
    return float(wasserstein_distance(one, other)) / scale if scale > 0 else 0.0


def disagreement(one: Numbers, other: Numbers, categories: int) -> float | None:
    """Return the Jensen-Shannon distance of two distributions over categories: 0 if they are equal, 1 without a common one.

    It is a metric, defined for empty categories, and bounded (Lin 1991; Endres and Schindelin 2003). None without values.
    """
    if not len(one) or not len(other):
        return None
    counts = [np.bincount(each.astype(np.intp), minlength=categories) for each in (one, other)]
    return float(np.nan_to_num(jensenshannon(*counts, base=2)))
