"""The logistic mixed model with two crossed random intercepts: maximum likelihood by the Laplace approximation."""

import numpy as np
from numpy.linalg import LinAlgError
from scipy.special import logit

from analysis.fitting.crossed import Crossing, Floats
from analysis.fitting.fits import Fit, inverse_of_definite
from analysis.fitting.laplace import LaplaceLikelihood, NoModes
from analysis.fitting.optimum import RANDOM_EFFECTS, Objective, find_optimum

GREATEST_SD = 20.0
"""Of log-odds: persons who differ more were always or never right, and by how much is not to be known."""


def fit_binomial(outcome: Floats, fixed: Floats, crossing: Crossing, penalty: Floats | None = None) -> Fit:
    """Fits P(outcome = 1) = expit(X beta + u[large] + u[small]); ``fixed`` is X, whose first column is 1.

    Standard errors come from the Hessian over (theta, beta), as lme4's do. ``penalty`` (coefficients, coefficients) is the
    precision of a normal prior on beta around 0; the log-likelihood then includes it, without its constant.
    """
    penalty = np.zeros((fixed.shape[1], fixed.shape[1])) if penalty is None else penalty
    rate = np.clip(outcome.mean(), 0.01, 0.99)
    likelihood = LaplaceLikelihood(outcome, fixed, crossing)
    found = find_optimum(_objective(likelihood, penalty), [logit(rate), *[0.0] * (fixed.shape[1] - 1)])
    theta, beta = found.parameters[:RANDOM_EFFECTS], found.parameters[RANDOM_EFFECTS:]
    covariance = inverse_of_definite(found.hessian)[RANDOM_EFFECTS:, RANDOM_EFFECTS:]
    is_converged = found.is_converged and bool((theta < GREATEST_SD).all())
    effects = likelihood.random_effects(found.parameters) if is_converged else None
    return Fit(beta, covariance, theta, -found.value, is_converged, found.is_singular, random_effects=effects)


def _objective(likelihood: LaplaceLikelihood, penalty: Floats) -> Objective:
    def minus_log_likelihood(parameters: Floats) -> tuple[float, Floats]:
        beta = parameters[RANDOM_EFFECTS:]
        try:
            point = likelihood.at(parameters)
        except (NoModes, LinAlgError):
            return np.inf, np.zeros_like(parameters)
        pull = np.concatenate([np.zeros(RANDOM_EFFECTS), penalty @ beta])
        return float(beta @ penalty @ beta) / 2 - point.value, pull - point.gradient

    return minus_log_likelihood
