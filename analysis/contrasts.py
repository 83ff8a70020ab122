"""All pairwise contrasts of the models, with p values for one or for all of them, and letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy import stats

from analysis.fitting.crossed import Floats
from analysis.fitting.fits import Fit
from analysis.letters import compact_letters

ALPHA = 0.05
Adjustment = Literal["none", "holm", "tukey"]
ADJUSTMENTS: tuple[Adjustment, ...] = ("none", "holm", "tukey")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A combination of coefficients; ``statistic`` is z without degrees of freedom, else t. All but the estimate is None where
    the fit did not converge."""

    estimate: float
    se: float | None = None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """Level ``a`` minus level ``b`` of ``levels``; ``found`` is None where one of them cannot be estimated."""

    a: str
    b: str
    levels: int
    found: Estimate | None
    p_holm: float | None

    @property
    def p_tukey(self) -> float | None:
        """By the studentized range over all levels. Computed when asked for: it takes longer than a fit."""
        if self.found is None or self.found.statistic is None:
            return None
        df = np.inf if self.found.df is None else self.found.df
        return float(stats.studentized_range.sf(abs(self.found.statistic) * np.sqrt(2), self.levels, df))

    def p_value(self, adjustment: Adjustment) -> float | None:
        """Unadjusted, or adjusted for all pairs of levels."""
        match adjustment:
            case "none":
                return self.found.p if self.found else None
            case "holm":
                return self.p_holm
            case "tukey":
                return self.p_tukey


def estimate(fit: Fit, combination: Floats) -> Estimate:
    """With its Wald test against 0."""
    value = float(combination @ fit.coefficients)
    if not fit.is_converged:
        return Estimate(value)
    se = float(np.sqrt(combination @ fit.covariance @ combination))
    df = fit.degrees_of_freedom(combination) if fit.degrees_of_freedom else None
    p = 2 * (stats.norm.sf(abs(value / se)) if df is None else stats.t.sf(abs(value / se), df))
    return Estimate(value, se, value / se, df, float(p))


def pairwise(fit: Fit, means: Mapping[str, Floats], levels: Sequence[str]) -> list[Contrast]:
    """Contrasts of all pairs of ``levels``; ``means`` gives each level's combination of coefficients.

    A level that ``means`` lacks cannot be estimated, but counts among what the others are adjusted for.
    """
    pairs = list(combinations(levels, 2))
    found = [estimate(fit, means[a] - means[b]) if a in means and b in means else None for a, b in pairs]
    unadjusted = [1.0 if one is None or one.p is None else one.p for one in found]
    return [
        Contrast(a, b, len(levels), one, adjusted if one else None)
        for (a, b), one, adjusted in zip(pairs, found, holm(unadjusted), strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted for all of them (Holm 1979). statsmodels' ``multipletests`` gives the same, but collects garbage every time,
    which takes longer than a fit."""
    order = np.argsort(p_values)
    steps = np.asarray(p_values)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps))
    return [float(p) for p in adjusted]


def letters(
    contrasts: Sequence[Contrast], means: Mapping[str, Estimate], adjustment: Adjustment, *, largest_first: bool = False
) -> dict[str, str]:
    """Compact letters of the levels in ``means``: those that share one do not differ; 'a' stands at the smallest mean, or at
    the largest.

    None without contrasts: nothing was tested.
    """
    if not contrasts:
        return {}
    order = sorted(means, key=lambda level: means[level].estimate, reverse=largest_first)
    p_values = {frozenset((one.a, one.b)): one.p_value(adjustment) for one in contrasts}
    return compact_letters(order, {pair for pair, p in p_values.items() if p is not None and p < ALPHA})
