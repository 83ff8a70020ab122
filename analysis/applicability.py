"""Whether a mixed model can be fitted to rows at all, in words."""

import numpy as np

from analysis.rows import Rows

MOST_CELLS = 25_000_000
"""Pairs of a participant and a generator user: of each a number is kept, several times over."""


def why_not_binomial(rows: Rows) -> str:
    """Why there is no model of whether the simulation was detected; empty if there is one."""
    if reason := _why_not(rows, "detected"):
        return reason
    if not rows.outcome.any():
        return "No dialogue was detected: the outcome does not vary, so there is nothing to compare."
    if rows.outcome.all():
        return "Every dialogue was detected: the outcome does not vary, so there is nothing to compare."
    return ""


def why_not_linear(rows: Rows, outcome: str) -> str:
    """Why there is no linear model of the outcome; empty if there is one."""
    if reason := _why_not(rows, outcome):
        return reason
    if np.ptp(rows.outcome) == 0:
        return (
            f"{outcome} is {rows.outcome[0]:g} everywhere: the outcome does not vary, so there is nothing to compare."
        )
    full = [name for name, size in rows.sizes.items() if size >= len(rows.outcome)]
    if full:
        return f"Every row has a {full[0]} of its own: without repeated answers their differences cannot be told from chance."
    if _within(rows) <= 1e-12 * float(rows.outcome.var()):
        return f"{outcome} is the same within each model: there is no chance variation to compare the models with."
    if len(rows.outcome) <= len(rows.levels) + 1:
        return f"Only {len(rows.outcome)} rows have {outcome}: too few for {len(rows.levels)} models."
    return ""


def separated_levels(rows: Rows) -> set[str]:
    """The models that are always or never detected."""
    counts = np.bincount(rows.codes, minlength=len(rows.levels))
    detected = np.bincount(rows.codes, rows.outcome, len(rows.levels))
    return {level for level, n, k in zip(rows.levels, counts, detected, strict=True) if k in (0, n)}


def _why_not(rows: Rows, outcome: str) -> str:
    if len(rows.outcome) == 0:
        return f"No row has {outcome}."
    if len(rows.levels) == 1:
        return f"There is only one model, {rows.levels[0]}: nothing to compare it with."
    single = [name for name, size in rows.sizes.items() if size == 1]
    if single:
        return f"There is only one {single[0]}: a random effect needs at least two levels."
    (large, many), (small, few) = rows.sizes.items()
    if many * few > MOST_CELLS:
        return f"There are {many:,} values of {large} and {few:,} of {small}: more pairs of them than can be computed with."
    return ""


def _within(rows: Rows) -> float:
    """The variance around the models' means."""
    counts = np.bincount(rows.codes)
    means = np.bincount(rows.codes, rows.outcome) / counts
    return float(((rows.outcome - means[rows.codes]) ** 2).mean())
