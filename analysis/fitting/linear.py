"""The linear mixed model with two crossed random intercepts: REML, with Satterthwaite's degrees of freedom as in lmerTest."""

import numpy as np
from numpy.linalg import LinAlgError

from analysis.fitting.crossed import Crossing, Floats
from analysis.fitting.derivatives import hessian, jacobian
from analysis.fitting.fits import Fit, inverse_of_definite
from analysis.fitting.optimum import Objective, find_optimum
from analysis.fitting.reml import RemlCriterion


def fit_reml(outcome: Floats, fixed: Floats, crossing: Crossing) -> Fit:
    """Fits outcome = X beta + u[large] + u[small] + e; ``fixed`` is X, whose first column is 1. The log-likelihood is the
    restricted one."""
    # In standard deviations from the mean all parameters are of order 1, which numerical derivatives rely on, and squares keep
    # their digits however far from 0 the outcome lies.
    centre, scale = float(outcome.mean()), float(outcome.std())
    criterion = RemlCriterion((outcome - centre) / scale, fixed, crossing)
    found = find_optimum(_objective(criterion), [])
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
    by the variance parameters (t1, t2, sigma), and A their asymptotic covariance (Kuznetsova et al. 2017)."""

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
    """Half the deviance."""

    def half_deviance(theta: Floats) -> tuple[float, Floats]:
        try:
            found = criterion.profile(theta)
        except LinAlgError:
            return np.inf, np.zeros_like(theta)
        if not found.residual_squares > criterion.rounding:
            return np.inf, np.zeros_like(theta)
        return criterion.deviance(found) / 2, criterion.gradient(found) / 2

    return half_deviance
