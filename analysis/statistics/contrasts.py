"""Comparisons of models: pairwise contrasts with adjusted p values, joint tests, and compact letters.

Processes that simulate studies start by importing this: libraries that they do not need are imported where they are used.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations, islice
from string import ascii_letters
from typing import Literal
from unicodedata import category

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr, stdtr

from analysis.statistics.crossed_factors import Fit, Floats

ALPHA = 0.05
Adjustment = Literal["none", "holm", "tukey"]
ADJUSTMENTS: tuple[Adjustment, ...] = ("none", "holm", "tukey")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A linear combination of coefficients; ``statistic`` is z without degrees of freedom, else t. If the fit did not converge,
    everything but the estimate is None."""

    estimate: float
    se: float | None = None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """Level ``a`` minus level ``b`` of ``levels``; ``found`` is None if one of them cannot be estimated."""

    a: str
    b: str
    levels: int
    found: Estimate | None
    p_holm: float | None

    @property
    def p_tukey(self) -> float | None:
        """Return the p value from the studentized range over all levels. Computed on demand: it takes longer than a fit."""
        if self.found is None or self.found.statistic is None:
            return None
        return _tukey(self.found.statistic, self.levels, self.found.df)

    def p_value(self, adjustment: Adjustment) -> float | None:
        """Return the p value, unadjusted or adjusted for all pairs of levels."""
        match adjustment:
            case "none":
                return self.found.p if self.found else None
            case "holm":
                return self.p_holm
            case "tukey":
                return self.p_tukey


@dataclass(frozen=True, slots=True)
class JointTest:
    """A test of the hypothesis that all models are equal: chi-squared without ``df_den``, else F."""

    statistic: float
    df_num: float
    df_den: float | None
    p: float


@lru_cache(maxsize=1024)
def _tukey(statistic: float, levels: int, df: float | None) -> float:
    """Return the p value of a contrast, which tables, letters and figures request in turn."""
    from scipy.stats import studentized_range

    return float(studentized_range.sf(abs(statistic) * np.sqrt(2), levels, np.inf if df is None else df))


def estimate(fit: Fit, combination: Floats) -> Estimate:
    """Return the estimate of the combination with its Wald test against 0."""
    value = float(combination @ fit.coefficients)
    if not fit.is_converged:
        return Estimate(value)
    se = float(np.sqrt(combination @ fit.covariance @ combination))
    df = fit.degrees_of_freedom(combination) if fit.degrees_of_freedom else None
    p = 2 * (ndtr(-abs(value / se)) if df is None else stdtr(df, -abs(value / se)))
    return Estimate(value, se, value / se, df, float(p))


def pairwise(fit: Fit, means: Mapping[str, Floats], levels: Sequence[str]) -> list[Contrast]:
    """Return the contrasts of all pairs of ``levels``; ``means`` gives the combination of coefficients of each level.

    A level missing from ``means`` cannot be estimated, but counts in the adjustment of the others.
    """
    pairs = list(combinations(levels, 2))
    found = [estimate(fit, means[a] - means[b]) if a in means and b in means else None for a, b in pairs]
    unadjusted = [1.0 if one is None or one.p is None else one.p for one in found]
    return [
        Contrast(a, b, len(levels), one, adjusted if one else None)
        for (a, b), one, adjusted in zip(pairs, found, holm(unadjusted), strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for their number (Holm 1979).

    statsmodels' ``multipletests`` gives the same, but runs the garbage collector each time, which takes longer than a fit.
    """
    order = np.argsort(p_values)
    steps = np.asarray(p_values)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps))
    return [float(p) for p in adjusted]


def wald_test(fit: Fit) -> JointTest:
    """Return the chi-squared test of all coefficients but the intercept (for one factor, types II and III are the same)."""
    tested = fit.coefficients[1:]
    chi2 = float(tested @ np.linalg.solve(fit.covariance[1:, 1:], tested))
    return chi_squared_test(chi2, len(tested))


def chi_squared_test(statistic: float, df: int) -> JointTest:
    """Return the test of a statistic that is chi-squared if all models are equal."""
    return JointTest(statistic, df, None, float(chdtrc(df, statistic)))


def f_test(fit: Fit, fixed: Floats) -> JointTest:
    """Return Satterthwaite's F test (Fai and Cornelius 1996) of all coefficients but the intercept; ``fixed`` is X.

    The denominator depends on the basis of the hypothesis. As in lmerTest, the basis is the rows of L' in X'X = L D L'.
    """
    triangle = np.linalg.cholesky(fixed.T @ fixed)
    basis = (triangle / np.diag(triangle)).T[1:]
    values, vectors = np.linalg.eigh(basis @ fit.covariance @ basis.T)
    turned = vectors.T @ basis
    f = float(((turned @ fit.coefficients) ** 2 / values).mean())
    single = [fit.degrees_of_freedom(row) for row in turned] if fit.degrees_of_freedom else [np.inf]
    df_num, df_den = len(values), _joint_df(single)
    return JointTest(f, df_num, df_den, float(fdtrc(df_num, df_den, f)))


def letters(
    contrasts: Sequence[Contrast], means: Mapping[str, Estimate], adjustment: Adjustment, *, largest_first: bool = False
) -> dict[str, str]:
    """Return compact letters of the levels in ``means``: levels that share one do not differ. 'a' is the smallest mean, or the
    largest.

    Return nothing without contrasts, because nothing was tested.
    """
    if not contrasts:
        return {}
    order = sorted(means, key=lambda level: means[level].estimate, reverse=largest_first)
    p_values = {frozenset((one.a, one.b)): one.p_value(adjustment) for one in contrasts}
    return compact_letters(order, {pair for pair, p in p_values.items() if p is not None and p < ALPHA})


def compact_letters(order: Sequence[str], different: Collection[frozenset[str]]) -> dict[str, str]:
    """Return the letters of each level in ``order``, which is sorted by mean; the first level has an 'a'.

    ``different`` holds the pairs of levels that differ significantly: these share no letter, all other pairs share at least
    one (Piepho 2004). The result of Piepho's insert-and-absorb algorithm is the set of maximal cliques in the graph that
    joins levels without a significant difference. Finding the cliques directly avoids the algorithm's intermediate steps,
    whose size has no bound.
    """
    import networkx as nx

    alike = nx.Graph()
    alike.add_nodes_from(order)
    alike.add_edges_from(pair for pair in combinations(order, 2) if frozenset(pair) not in different)
    # Groups are sorted by the positions of their levels.
    groups = sorted(map(set, nx.find_cliques(alike)), key=lambda group: [level not in group for level in order])
    named = list(zip(letter_names(len(groups)), groups, strict=True))
    return {level: "".join(letter for letter, group in named if level in group) for level in order}


def letter_names(count: int) -> list[str]:
    """Return the first ``count`` of a to z, A to Z, and then the lower-case letters of other scripts."""
    return list(islice(chain(ascii_letters, _further_letters()), count))


def _joint_df(single: list[float]) -> float:
    """Return the denominator degrees of freedom of an F from those of its t statistics: 2 if any has at most 2 (lmerTest)."""
    if max(single) - min(single) < 1e-8 or np.isinf(single).any():
        return min(single)
    if min(single) <= 2:
        return 2.0
    excess = sum(df / (df - 2) for df in single)
    return 2 * excess / (excess - len(single))


def _further_letters() -> Iterator[str]:
    return (letter for letter in map(chr, range(0x3B1, 0x110000)) if category(letter) == "Ll")
