"""The turn from which a value is lower: the step that fits best within dialogues."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

DRAWS = 500
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """The first turn, counted from 1, of the lower part, and the range of 95% of bootstrap samples of dialogues."""

    turn: int
    low: int
    high: int


def change_of(dialogues: Sequence[Floats], random: Generator) -> Change | None:
    """Return from which turn on the values are lower than before; None if they are at no turn.

    For each turn a step down is fitted by least squares, with an effect for each dialogue; the best one counts. A value that
    falls gradually has its step about the middle of the fall.
    """
    longest = max(map(len, dialogues), default=0)
    if longest < 2:
        return None
    sums = np.array([_sums(values, longest) for values in dialogues])
    best = _best(sums.sum(axis=0)[None])[0]
    if best < 0:
        return None
    weights = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), DRAWS)
    drawn = _best(np.einsum("bd,dkc->bkc", weights, sums))
    low, high = np.percentile(drawn[drawn >= 0], [2.5, 97.5], method="nearest")
    return Change(int(best) + 2, int(low) + 2, int(high) + 2)


def _sums(values: Floats, longest: int) -> Floats:
    """Return for each possible step the sums of products of step and value and of squares of the step, about their means."""
    is_there = np.isfinite(values)
    at, there = np.flatnonzero(is_there), values[is_there]
    steps = (at[None] >= np.arange(1, longest)[:, None]).astype(float)
    if not len(at):
        return np.zeros((longest - 1, 2))
    steps -= steps.mean(axis=1, keepdims=True)
    return np.column_stack([steps @ there, (steps**2).sum(axis=1)])


def _best(sums: Floats) -> NDArray[np.intp]:
    """Return for each sample, (samples, steps, 2), the step that explains most, or -1 if no step goes down."""
    products, squares = sums[..., 0], sums[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = np.where((products < 0) & (squares > 0), products**2 / squares, -1.0)
    return np.where(explained.max(axis=1) > 0, explained.argmax(axis=1), -1)
