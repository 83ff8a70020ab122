"""Numerical derivatives of what is computed to many digits."""

from collections.abc import Callable

import numpy as np

from analysis.fitting.crossed import Floats

STEP = 1e-3
"""For parameters of order 1: central differences are then off by about a millionth, and rounding does not matter."""


def jacobian(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """The derivative of each entry of a vector by each parameter, (entries, parameters)."""
    steps = STEP * np.eye(len(at))
    return np.column_stack([(function(at + step) - function(at - step)) / (2 * STEP) for step in steps])


def hessian(gradient: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Second derivatives, from first ones."""
    found = jacobian(gradient, at)
    symmetric: Floats = (found + found.T) / 2
    return symmetric
