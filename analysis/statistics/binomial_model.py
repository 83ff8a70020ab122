"""The logistic mixed model with two crossed random intercepts: maximum likelihood by the Laplace approximation.

Spherical random effects v ~ N(0, I), linear predictor eta = X beta + A v with A = [t1 Z1, t2 Z2]. For given (t, beta) the modes
v maximise l(v) = sum(y eta - log(1 + e^eta)) - v'v/2, found by penalised iteratively reweighted least squares; the
approximation is l(v) - log|A'WA + I|/2 (Bates et al. 2015, lme4 with nAGQ = 1). It is even in each t, so a standard
deviation of 0 is not a boundary of it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.linalg import LinAlgError
from scipy.linalg import block_diag
from scipy.special import expit, logit

from analysis.statistics.crossed_factors import (
    Crossing,
    Factor,
    Fit,
    Floats,
    Levels,
    RandomEffects,
    information_of_sds,
    inverse_of_definite,
)
from analysis.statistics.optimum import RANDOM_EFFECTS, Objective, find_optimum

GREATEST_SD = 20.0
"""Limit on standard deviations of log-odds: with more, people are always or never right, and data cannot say by how much."""
MOST_STEPS = 200
DECREMENT = 1e-14
"""Half the squared Newton decrement, relative to the log-likelihood, below which one more step finds the modes. Without that
step the error of the determinant, whose optimum the modes are not, would hide the difference between a tiny standard deviation
and 0."""
SLACK = 1e-12
"""Relative decrease of the log-likelihood that rounding can cause in a step that increases it."""


class NoModes(ArithmeticError):
    """The modes of the random effects were not found, because the linear predictor diverges."""


@dataclass(frozen=True, slots=True)
class Point:
    """The approximate log-likelihood at (t1, t2, beta...), and its gradient in that order."""

    value: float
    gradient: Floats


@dataclass(frozen=True, slots=True)
class Reached:
    """Modes ``v`` on the way to the best ones, and there: the linear predictor, and l."""

    modes: Levels
    eta: Floats
    value: float


@dataclass
class LaplaceLikelihood:
    """``outcome`` is 0 or 1 per row, ``fixed`` is X (rows, coefficients). Each search starts from the modes of the last one."""

    outcome: Floats
    fixed: Floats
    crossing: Crossing
    _modes: Levels = field(init=False)

    def __post_init__(self) -> None:
        self._modes = (np.zeros(self.crossing.n_large), np.zeros(self.crossing.n_small))

    def at(self, parameters: Floats) -> Point:
        """Return the log-likelihood and its gradient at (t1, t2, beta...). Raises NoModes."""
        theta, found = parameters[:2], self._find_modes(parameters)
        self._modes = found.modes
        mean = expit(found.eta)
        factor = self._factor(theta, mean)
        return Point(found.value - factor.log_determinant / 2, self._gradient(theta, mean, factor))

    def information(self, parameters: Floats) -> Floats:
        """Return roughly the information about (t1, t2, beta...), as if all random effects were 0."""
        theta, mean = parameters[:2], expit(self.fixed @ parameters[2:])
        weights = mean * (1 - mean)
        weighted = self.fixed * weights[:, None]
        sums = self.crossing.column_sums(weighted)
        right = theta[0] * sums[0], theta[1] * sums[1]
        solved = self._factor(theta, mean).solve(right)
        of_beta = self.fixed.T @ weighted - right[0].T @ solved[0] - right[1].T @ solved[1]
        of_sds = np.diag(information_of_sds(theta, self.crossing.sums(weights)))
        both: Floats = block_diag(of_sds, of_beta)
        return both

    def random_effects(self, parameters: Floats) -> RandomEffects:
        """Return the random effects at (t1, t2, beta...), on the scale of the linear predictor. Raises NoModes."""
        theta, found = parameters[:2], self._find_modes(parameters)
        large, _, small = self._factor(theta, expit(found.eta)).inverse()
        return RandomEffects(
            (theta[0] * found.modes[0], theta[1] * found.modes[1]),
            (theta[0] * np.sqrt(large), theta[1] * np.sqrt(small)),
        )

    def _find_modes(self, parameters: Floats) -> Reached:
        theta, offset = parameters[:2], self.fixed @ parameters[2:]
        best = self._reach(theta, offset, self._modes)
        for _ in range(MOST_STEPS):
            mean = expit(best.eta)
            score = self._score(theta, mean, best.modes)
            step = self._factor(theta, mean).solve(score)
            is_last = (score[0] @ step[0] + score[1] @ step[1]) / 2 <= DECREMENT * (1 + abs(best.value))
            best = self._ascend(theta, offset, best, step)
            if is_last:
                return best
        raise NoModes("The modes of the random effects were not found.")

    def _ascend(self, theta: Floats, offset: Floats, best: Reached, step: Levels) -> Reached:
        """Take one Newton step, halved until it does not decrease l: l is concave, so a small enough step never does."""
        for halvings in range(40):
            tried = (best.modes[0] + step[0] / 2**halvings, best.modes[1] + step[1] / 2**halvings)
            reached = self._reach(theta, offset, tried)
            if reached.value >= best.value - SLACK * (1 + abs(best.value)):
                return reached
        raise NoModes("The modes of the random effects were not found.")

    def _reach(self, theta: Floats, offset: Floats, modes: Levels) -> Reached:
        eta = offset + self._random_part(theta, modes)
        # log(1 + e^eta), in the form that does not overflow: numpy's logaddexp takes three times as long.
        normaliser = np.maximum(eta, 0) + np.log1p(np.exp(-abs(eta)))
        fit = self.outcome @ eta - normaliser.sum()
        return Reached(modes, eta, float(fit - (modes[0] @ modes[0] + modes[1] @ modes[1]) / 2))

    def _score(self, theta: Floats, mean: Floats, modes: Levels) -> Levels:
        large, small = self.crossing.sums(self.outcome - mean)
        return theta[0] * large - modes[0], theta[1] * small - modes[1]

    def _random_part(self, theta: Floats, modes: Levels) -> Floats:
        return self.crossing.spread((theta[0] * modes[0], theta[1] * modes[1]))

    def _factor(self, theta: Floats, mean: Floats) -> Factor:
        weights = mean * (1 - mean)
        return Factor(theta, self.crossing.sums(weights), self.crossing.cell_sums(weights))

    def _gradient(self, theta: Floats, mean: Floats, factor: Factor) -> Floats:
        """Return the gradient by the implicit function theorem: the modes depend on (t, beta), and the weights in the
        determinant depend on the modes.

        The derivative of the log determinant by eta is propagated back through the modes once for all parameters.
        """
        crossing, weights, residual = self.crossing, mean * (1 - mean), self.outcome - mean
        inverse = factor.inverse()
        large, small = inverse[0][crossing.large], inverse[2][crossing.small]
        cross = inverse[1][crossing.large, crossing.small]
        with_large, with_small = theta[0] * large + theta[1] * cross, theta[0] * cross + theta[1] * small
        leverage = theta[0] * with_large + theta[1] * with_small
        bend = leverage * weights * (1 - 2 * mean)
        sums = crossing.sums(bend)
        pulled = factor.solve((theta[0] * sums[0], theta[1] * sums[1]))
        towards = residual - (bend - weights * self._random_part(theta, pulled)) / 2
        ahead, behind = crossing.sums(towards), crossing.sums(residual)
        by_theta = [
            self._modes[k] @ ahead[k] - pulled[k] @ behind[k] / 2 - weights @ within
            for k, within in enumerate((with_large, with_small))
        ]
        return np.concatenate([by_theta, self.fixed.T @ towards])


def fit_binomial(outcome: Floats, fixed: Floats, crossing: Crossing, penalty: Floats | None = None) -> Fit:
    """Fit P(outcome = 1) = expit(X beta + u[large] + u[small]); ``fixed`` is X, whose first column is 1.

    Standard errors come from the Hessian over (theta, beta), as lme4's do. ``penalty`` (coefficients, coefficients) is the
    precision of a normal prior on beta around 0; the log-likelihood then includes it, without its constant.
    """
    penalty = np.zeros((fixed.shape[1], fixed.shape[1])) if penalty is None else penalty
    rate = np.clip(outcome.mean(), 0.01, 0.99)
    likelihood = LaplaceLikelihood(outcome, fixed, crossing)
    start = [logit(rate), *[0.0] * (fixed.shape[1] - 1)]
    found = find_optimum(_objective(likelihood, penalty), likelihood.information, start)
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
