"""Find the best parameters of a mixed model, and decide whether they are an optimum."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray
from scipy.optimize import minimize

from analysis.statistics.crossed_factors import Floats

RANDOM_EFFECTS = 2
"""Number of leading parameters that are relative standard deviations; every objective is even in them."""
STARTS = (0.5, 1.5)
SMALL_SLOPE = 1e-8
"""Slope of the scaled objective at which a search ends, so small that the first Newton step rarely changes anything: a Hessian
takes as long as several steps."""
NEAR_ZERO = 0.05
"""Relative standard deviations below this are compared with 0."""
INDIFFERENT = 1e-8
"""Differences of the log-likelihood up to this count as none."""
MOST_STEPS = 5
NO_STEP = 1e-6
"""If a Newton step changes no parameter by more than this, another Hessian is not worth computing."""
RUNAWAY = 100.0
"""A relative standard deviation beyond this means that no residual variation is left, so there is no optimum."""
DECREMENT = 1e-6
"""Half the squared Newton decrement, that is the possible gain in log-likelihood, up to which a gradient counts as 0."""
STEP = 1e-3
"""Step of central differences for parameters of order 1: their error is about 1e-6, and rounding does not matter."""

Objective = Callable[[Floats], tuple[float, Floats]]
"""Returns minus the log-likelihood, infinite where it cannot be computed, and its gradient."""
Information = Callable[[Floats], Floats]
"""Returns roughly the Hessian of the objective, positive definite. It decides how many steps a search takes and, if there are
several optima, which one it finds."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The minimum of the objective, and the Hessian there. ``is_converged`` means that it is a minimum in all parameters that
    are not at 0, and the only one as far as known."""

    parameters: Floats
    value: float
    hessian: Floats
    is_converged: bool

    @property
    def is_singular(self) -> bool:
        """Return whether a random effect has no variance."""
        return bool((self.parameters[:RANDOM_EFFECTS] == 0).any())


def find_optimum(objective: Objective, information: Information, others: Sequence[float]) -> Optimum:
    """Return the best optimum found. ``others`` holds the start values of all parameters but the standard deviations.

    If the first search did not converge or ended with a standard deviation of 0, search again from another start, and without
    the information: such data often have several optima, and long first steps find others.
    """
    first, second = (np.array([start, start, *others]) for start in STARTS)
    found = _search(objective, first, information(first))
    if found.is_converged and not found.is_singular:
        return found
    again = _search(objective, second)
    return again if (again.is_converged, -again.value) > (found.is_converged, -found.value + INDIFFERENT) else found


def _search(objective: Objective, start: Floats, information: Floats | None = None) -> Optimum:
    """Search from ``start``, scaling the objective by its value there so that slopes are comparable for any data.

    Without ``information``, roughly the Hessian there, or if that is singular, the first step is of order 1.
    """
    value = objective(start)[0]
    unit = 1 + abs(value) if np.isfinite(value) else 1.0

    def scaled(at: Floats) -> tuple[float, Floats]:
        value, slope = objective(at)
        return value / unit, slope / unit

    options: dict[str, Any] = {"gtol": SMALL_SLOPE, "maxiter": 500}
    if information is not None:
        with suppress(LinAlgError):
            options["hess_inv0"] = unit * _symmetric(np.linalg.inv(information))
    with np.errstate(invalid="ignore", over="ignore"):
        rough = minimize(scaled, start, jac=True, method="BFGS", options=options).x
    found = _zero_where_indifferent(objective, _polish(objective, _unsigned(rough)))
    return replace(found, is_converged=found.is_converged and not _has_equals(objective, found))


def _polish(objective: Objective, at: Floats, free: NDArray[np.bool_] | None = None) -> Optimum:
    """Refine the optimum with Newton steps in the free parameters."""
    free = np.ones(len(at), dtype=bool) if free is None else free
    found = _examine(objective, at)
    for _ in range(MOST_STEPS):
        slope = objective(at)[1]
        step = np.zeros_like(at)
        try:
            step[free] = np.linalg.solve(found.hessian[np.ix_(free, free)], slope[free])
        except LinAlgError:
            return found
        if abs(step).max() < NO_STEP:
            return found
        tried = _examine(objective, _unsigned(at - step))
        if not tried.value <= found.value:
            return found
        found, at = tried, tried.parameters
    return found


def _zero_where_indifferent(objective: Objective, found: Optimum) -> Optimum:
    """Set small standard deviations to 0 if the likelihood stays the same."""
    for index in range(RANDOM_EFFECTS):
        at = found.parameters.copy()
        if 0 < at[index] < NEAR_ZERO:
            at[index] = 0
            if objective(at)[0] <= found.value + INDIFFERENT:
                found = _polish(objective, at, at != 0)
    return found


def _has_equals(objective: Objective, found: Optimum) -> bool:
    """Return whether other standard deviations give the same likelihood.

    If each evaluator judged only one model, the evaluators' standard deviation is arbitrary. If each evaluator judged only one
    person, and each person had only one evaluator, only the two standard deviations together are identified.
    """
    first, second, *others = found.parameters
    further = [(first + 1, second), (first, second + 1)]
    if first > 0 and second > 0:
        further.append((0.0, float(np.hypot(first, second))))
    return any(objective(np.array([*each, *others]))[0] <= found.value + INDIFFERENT for each in further)


def _examine(objective: Objective, at: Floats) -> Optimum:
    value, slope = objective(at)
    curvature = hessian(lambda where: objective(where)[1], at)
    is_bounded = bool(np.isfinite(value) and (at[:RANDOM_EFFECTS] < RUNAWAY).all())
    return Optimum(at, value, curvature, is_bounded and _is_minimum(slope, curvature, at != 0))


def _is_minimum(slope: Floats, curvature: Floats, free: Floats) -> bool:
    """Return whether this is a minimum in the free parameters. For a standard deviation of 0 the slope is 0 by symmetry."""
    inner = curvature[np.ix_(free, free)]
    if not np.isfinite(inner).all() or (np.linalg.eigvalsh(inner) <= 0).any():
        return False
    return bool(slope[free] @ np.linalg.solve(inner, slope[free]) / 2 <= DECREMENT)


def _unsigned(parameters: Floats) -> Floats:
    unsigned: Floats = parameters.copy()
    unsigned[:RANDOM_EFFECTS] = np.abs(parameters[:RANDOM_EFFECTS])
    return unsigned


def jacobian(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return the derivatives of a vector with respect to each parameter, (entries, parameters)."""
    steps = STEP * np.eye(len(at))
    return np.column_stack([(function(at + step) - function(at - step)) / (2 * STEP) for step in steps])


def hessian(gradient: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return the second derivatives, computed from ``gradient``."""
    return _symmetric(jacobian(gradient, at))


def _symmetric(matrix: NDArray[np.floating]) -> Floats:
    """Return the matrix without the asymmetry that rounding has left."""
    symmetric: Floats = (matrix + matrix.T) / 2
    return symmetric
