"""Two crossed random intercepts: their linear algebra, and the result of a fit.

With A = [t1 Z1, t2 Z2] (t the relative standard deviations, Z the indicator matrices of two grouping factors) and weights W of
the rows, everything needs H = A'WA + I. Both diagonal blocks of H are diagonal, because a row has one level of each factor. The
larger factor's block is eliminated, so the matrix left to factorise is only as large as the smaller factor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Levels = tuple[Floats, Floats]
"""An array over the levels of the large factor, and one over those of the small factor."""
DegreesOfFreedom = Callable[[Floats], float]
"""Returns the degrees of freedom of the t statistic of a combination of coefficients."""


@dataclass(frozen=True)
class Crossing:
    """The levels of two grouping factors for each row, as codes from 0; the first factor has at least as many levels."""

    large: Codes
    small: Codes
    n_large: int
    n_small: int

    @property
    def sizes(self) -> tuple[int, int]:
        return self.n_large, self.n_small

    def sums(self, values: Floats) -> Levels:
        """Return Z'v: the sums of one value per row over each level of either factor."""
        large: Floats = np.bincount(self.large, values, self.n_large).astype(float, copy=False)
        small: Floats = np.bincount(self.small, values, self.n_small).astype(float, copy=False)
        return large, small

    def column_sums(self, columns: Floats) -> Levels:
        """Return Z'C: such sums of each column of C."""
        sums = [self.sums(column) for column in columns.T]
        return np.column_stack([large for large, _ in sums]), np.column_stack([small for _, small in sums])

    def cell_sums(self, values: Floats) -> Floats:
        """Return Z1'diag(v)Z2: sums over each pair of levels, (n_large, n_small)."""
        cells = np.bincount(self._cells, values, self.n_large * self.n_small)
        return cells.astype(float, copy=False).reshape(self.sizes)

    @cached_property
    def _cells(self) -> Codes:
        """The pair of levels of each row, as codes from 0."""
        return self.large * self.n_small + self.small

    def spread(self, levels: Levels) -> Floats:
        """Return Zu: for each row, the sum of the values of its two levels."""
        found: Floats = levels[0][self.large] + levels[1][self.small]
        return found


class Factor:
    """H = A'WA + I, factorised. Raises numpy.linalg.LinAlgError if rounding has made it indefinite.

    LAPACK is called directly: for matrices this small, scipy's checks of its arguments take several times as long.
    """

    def __init__(self, theta: Floats, weights: Levels, cells: Floats) -> None:
        """Factorise H; ``weights`` are Z1'w and Z2'w, ``cells`` Z1'WZ2."""
        self._root = np.sqrt(1 + theta[0] ** 2 * weights[0])
        self._scaled = theta[0] * theta[1] * cells / self._root[:, None]
        rest = -(self._scaled.T @ self._scaled)
        rest.reshape(-1)[:: len(rest) + 1] += 1 + theta[1] ** 2 * weights[1]
        self._cholesky, problem = dpotrf(rest.T, lower=True, overwrite_a=True)
        if problem:
            raise LinAlgError("H is not positive definite.")

    @property
    def log_determinant(self) -> float:
        return float(2 * np.log(self._root).sum() + 2 * np.log(self._cholesky.diagonal()).sum())

    def solve(self, right: Levels) -> Levels:
        """Return H^-1 r; each part of ``right`` is (levels,) or (levels, columns)."""
        reduced = (right[0].T / self._root).T
        small, _ = dpotrs(self._cholesky, right[1] - self._scaled.T @ reduced, lower=True)
        return ((reduced - self._scaled @ small).T / self._root).T, small

    def inverse(self) -> tuple[Floats, Floats, Floats]:
        """Return parts of H^-1: the diagonal of the large block, the cross block (n_large, n_small), and the diagonal of the
        small block."""
        small, _ = dpotrs(self._cholesky, np.eye(len(self._cholesky)), lower=True)
        cross = (self._scaled @ small) / -self._root[:, None]
        large = 1 / self._root**2 - np.einsum("ij,ij->i", cross, self._scaled) / self._root
        return large, cross, np.diag(small)


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """Conditional modes of the random intercepts given the data, and their standard deviations given data and parameters:
    lme4's ``ranef`` with ``condVar``."""

    modes: Levels
    sds: Levels


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients with their covariance; ``sd`` holds the random intercepts' standard deviations, the large factor's first.

    Only linear models have ``residual_sd`` and ``degrees_of_freedom``; without the latter, statistics are normal.
    Only converged binomial models have ``random_effects``.
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


def information_of_sds(theta: Floats, weights: Levels) -> Floats:
    """Return the expected information about each relative standard deviation, as if the other factor had no variance.

    ``weights`` are Z1'w and Z2'w.
    """
    shares = (sd * weight / (1 + sd**2 * weight) for sd, weight in zip(theta, weights, strict=True))
    return np.array([2 * (share @ share) for share in shares])


def inverse_of_definite(matrix: Floats) -> Floats:
    """Return the inverse over the directions in which the matrix is positive definite.

    The likelihood does not depend on the other directions, for example on a standard deviation of 0.
    """
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-8 * abs(values).max()
    inverse: Floats = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return inverse
