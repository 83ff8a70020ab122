"""The search for the best parameters of a mixed model."""

import numpy as np
from pytest import approx

from analysis.statistics.crossed_factors import Floats
from analysis.statistics.optimum import find_optimum


def test_a_search_whose_information_is_singular_begins_without_it() -> None:
    found = find_optimum(valley, lambda at: np.zeros((len(at), len(at))), [0.0])
    assert found.is_converged
    assert found.parameters == approx([1, 1, 3])


def valley(at: Floats) -> tuple[float, Floats]:
    """An objective, even in both standard deviations, with its minimum where they are 1 and the third parameter is 3."""
    sds, other = at[:2], at[2] - 3
    return float(((sds**2 - 1) ** 2).sum() + other**2), np.array([*(4 * sds * (sds**2 - 1)), 2 * other])
