"""The linear mixed model with two crossed random intercepts: REML, with Satterthwaite's degrees of freedom as in lmerTest.

The criterion uses the data only through cross-products, so the cost of an evaluation does not depend on the number of rows
(Bates et al. 2015, section 3).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.linalg import LinAlgError

from analysis.statistics.crossed_factors import (
    Crossing,
    Factor,
    Fit,
    Floats,
    Levels,
    information_of_sds,
    inverse_of_definite,
)
from analysis.statistics.optimum import Objective, find_optimum, hessian, jacobian

ROUNDING = 1e-12
"""Share of the outcome's sum of squares by which rounding may change the residual sum of squares."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The parts of the criterion at relative standard deviations (t1, t2).

    ``information`` is X'V^-1 X in units of the residual variance; slopes are derivatives with respect to t1 and t2.
    """

    log_determinant: float
    information: Floats
    coefficients: Floats
    residual_squares: float
    determinant_slopes: Floats
    information_slopes: tuple[Floats, Floats]
    squares_slopes: Floats


@dataclass
class RemlCriterion:
    """The REML criterion. ``fixed`` is X (rows, coefficients). ``freedom`` is the number of rows minus that of coefficients;
    residual sums of squares up to ``rounding`` carry no information."""

    outcome: Floats
    fixed: Floats
    crossing: Crossing
    freedom: int = field(init=False)
    rounding: float = field(init=False)

    def __post_init__(self) -> None:
        columns = np.column_stack([self.fixed, self.outcome])
        self._sums = self.crossing.column_sums(columns)
        ones = np.ones(len(self.outcome))
        self._counts, self._cells = self.crossing.sums(ones), self.crossing.cell_sums(ones)
        self._products = columns.T @ columns
        self.rounding = ROUNDING * float(self._products[-1, -1])
        self.freedom = len(columns) - self.fixed.shape[1]

    def profile(self, theta: Floats) -> Profile:
        """Return the parts of the criterion at relative standard deviations. Raises numpy.linalg.LinAlgError."""
        factor = Factor(theta, self._counts, self._cells)
        right = theta[0] * self._sums[0], theta[1] * self._sums[1]
        solved = factor.solve(right)
        left = self._products - right[0].T @ solved[0] - right[1].T @ solved[1]
        coefficients = np.linalg.solve(left[:-1, :-1], left[:-1, -1])
        slopes = self._product_slopes(theta, solved)
        of_residual = np.append(-coefficients, 1)
        return Profile(
            factor.log_determinant,
            left[:-1, :-1],
            coefficients,
            float(of_residual @ left @ of_residual),
            self._determinant_slopes(theta, factor),
            (slopes[0][:-1, :-1], slopes[1][:-1, :-1]),
            np.array([of_residual @ slope @ of_residual for slope in slopes]),
        )

    def deviance(self, found: Profile, sigma: float | None = None) -> float:
        """Return minus twice the restricted log-likelihood at ``sigma``, by default the best residual standard deviation."""
        variance = self.variance(found, sigma)
        fit = self.freedom * np.log(2 * np.pi * variance) + found.residual_squares / variance
        return float(found.log_determinant + np.linalg.slogdet(found.information)[1] + fit)

    def information(self, theta: Floats) -> Floats:
        """Return a rough Hessian of half the deviance at ``theta``."""
        return np.diag(information_of_sds(theta, self._counts))

    def gradient(self, found: Profile, sigma: float | None = None) -> Floats:
        """Return the derivatives of the deviance with respect to t1, t2 and, if given, ``sigma``."""
        variance = self.variance(found, sigma)
        inverse = np.linalg.inv(found.information)
        of_information = np.array([np.vdot(inverse, slope) for slope in found.information_slopes])
        by_theta: Floats = found.determinant_slopes + of_information + found.squares_slopes / variance
        if sigma is None:
            return by_theta
        return np.append(by_theta, 2 * (self.freedom - found.residual_squares / variance) / sigma)

    def variance(self, found: Profile, sigma: float | None = None) -> float:
        """Return the residual variance."""
        return found.residual_squares / self.freedom if sigma is None else sigma**2

    def _product_slopes(self, theta: Floats, solved: Levels) -> tuple[Floats, Floats]:
        """Return the derivatives of C'C - C'A H^-1 A'C, where C is X with the outcome as last column, ``solved`` H^-1 A'C."""
        around = theta[0] * solved[0], theta[1] * solved[1]
        spread = (
            self._counts[0][:, None] * around[0] + self._cells @ around[1],
            (self._counts[1][:, None] * around[1] + self._cells.T @ around[0]),
        )
        halves = [solved[k].T @ (spread[k] - self._sums[k]) for k in (0, 1)]
        return halves[0] + halves[0].T, halves[1] + halves[1].T

    def _determinant_slopes(self, theta: Floats, factor: Factor) -> Floats:
        large, cross, small = factor.inverse()
        joint = float(np.vdot(cross, self._cells))
        return 2 * np.array(
            [
                theta[0] * (self._counts[0] @ large) + theta[1] * joint,
                theta[1] * (self._counts[1] @ small) + theta[0] * joint,
            ]
        )


def fit_reml(outcome: Floats, fixed: Floats, crossing: Crossing) -> Fit:
    """Fit outcome = X beta + u[large] + u[small] + e; ``fixed`` is X, whose first column is 1. The log-likelihood of the result
    is the restricted one."""
    # Standardise the outcome: numerical derivatives need parameters of order 1, and squares lose no digits when the outcome is
    # far from 0.
    centre, scale = float(outcome.mean()), float(outcome.std())
    criterion = RemlCriterion((outcome - centre) / scale, fixed, crossing)
    found = find_optimum(_objective(criterion), criterion.information, [])
    best = criterion.profile(found.parameters)
    sigma = float(np.sqrt(max(0.0, criterion.variance(best))))
    return Fit(
        coefficients=best.coefficients * scale + centre * np.eye(fixed.shape[1])[0],
        covariance=_covariance(criterion, np.array([*found.parameters, sigma * scale])),
        sd=found.parameters * sigma * scale,
        log_likelihood=-found.value - criterion.freedom * float(np.log(scale)),
        is_converged=found.is_converged,
        is_singular=found.is_singular,
        residual_sd=sigma * scale,
        degrees_of_freedom=Satterthwaite(criterion, found.parameters, sigma) if found.is_converged else None,
    )


class Satterthwaite:
    """Degrees of freedom of combinations of coefficients: 2 v^2 / (g'Ag), where v is the combination's variance, g its gradient
    with respect to the variance parameters (t1, t2, sigma), and A their asymptotic covariance (Kuznetsova et al. 2017)."""

    def __init__(self, criterion: RemlCriterion, theta: Floats, sigma: float) -> None:
        at = np.array([*theta, sigma])
        self._parameters = 2 * inverse_of_definite(hessian(lambda where: _gradient(criterion, where), at))
        self._covariance = _covariance(criterion, at)
        self._slopes = jacobian(lambda where: _covariance(criterion, where).ravel(), at)

    def __call__(self, combination: Floats) -> float:
        variance = combination @ self._covariance @ combination
        slope = np.outer(combination, combination).ravel() @ self._slopes
        spread = slope @ self._parameters @ slope
        return float(2 * variance**2 / spread) if spread > 0 else np.inf


def _gradient(criterion: RemlCriterion, at: Floats) -> Floats:
    return criterion.gradient(criterion.profile(at[:-1]), at[-1])


def _covariance(criterion: RemlCriterion, at: Floats) -> Floats:
    found: Floats = at[-1] ** 2 * np.linalg.inv(criterion.profile(at[:-1]).information)
    return found


def _objective(criterion: RemlCriterion) -> Objective:
    """Return half the deviance as a function of the relative standard deviations."""

    def half_deviance(theta: Floats) -> tuple[float, Floats]:
        try:
            found = criterion.profile(theta)
        except LinAlgError:
            return np.inf, np.zeros_like(theta)
        if not found.residual_squares > criterion.rounding:
            return np.inf, np.zeros_like(theta)
        return criterion.deviance(found) / 2, criterion.gradient(found) / 2

    return half_deviance
