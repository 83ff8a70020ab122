"""What a fitted mixed model says, whichever kind it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.fitting.crossed import Floats, Levels

DegreesOfFreedom = Callable[[Floats], float]
"""Of the t statistic of a combination of coefficients."""


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The conditional modes of the random intercepts given the data, and their conditional standard deviations given the
    parameters too: lme4's ``ranef`` with ``condVar``."""

    modes: Levels
    sds: Levels


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients with their covariance; ``sd`` holds the random intercepts' standard deviations, the large factor's first.

    ``residual_sd`` and ``degrees_of_freedom`` belong to linear models: without the latter, statistics are normal.
    ``random_effects`` belong to converged binomial ones.
    """

    coefficients: Floats
    covariance: Floats
    sd: Floats
    log_likelihood: float
    is_converged: bool
    is_singular: bool
    residual_sd: float | None = None
    degrees_of_freedom: DegreesOfFreedom | None = None
    random_effects: RandomEffects | None = None


def inverse_of_definite(matrix: Floats) -> Floats:
    """The inverse over the directions in which the matrix is positive: nothing depends on a parameter that has none, such as a
    standard deviation of 0."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-8 * abs(values).max()
    inverse: Floats = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return inverse
