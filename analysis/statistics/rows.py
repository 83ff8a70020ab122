"""The rows of a mixed model, and whether the model can be fitted to them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from analysis.statistics.crossed_factors import Codes, Crossing, Floats

Names = tuple[str, ...]
GROUPS = ("participant", "generator_user")
"""The groups with random intercepts: the evaluators, and the people who chatted."""
MOST_CELLS = 25_000_000
"""Limit on pairs of a participant and a generator user: several numbers are kept in memory for each."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Outcomes with their model and their members of both groups. ``levels`` holds the sorted models, ``codes`` indexes them.

    ``groups`` names the crossing's large factor, then its small one; ``members`` holds the names of each factor's levels.
    """

    outcome: Floats
    levels: tuple[str, ...]
    codes: Codes
    groups: tuple[str, str]
    members: tuple[Names, Names]
    crossing: Crossing

    @classmethod
    def read(cls, frame: pd.DataFrame, outcome: str) -> Self:
        """Read columns participant, generator_user, model and the outcome; leave out rows without an outcome."""
        present = frame[frame[outcome].notna()]
        levels, codes = _coded(present["model"])
        found = {name: _coded(present[name]) for name in GROUPS}
        large, small = sorted(GROUPS, key=lambda name: -len(found[name][0]))
        crossing = Crossing(found[large][1], found[small][1], len(found[large][0]), len(found[small][0]))
        return cls(
            present[outcome].to_numpy(float),
            levels,
            codes,
            (large, small),
            (found[large][0], found[small][0]),
            crossing,
        )

    @property
    def fixed(self) -> Floats:
        """Return X in treatment coding, with the first level as reference."""
        columns: Floats = (self.codes[:, None] == np.arange(len(self.levels))).astype(float)
        columns[:, 0] = 1
        return columns

    @property
    def intercept(self) -> Floats:
        """Return X of the model that does not distinguish the inquirers."""
        return np.ones((len(self.outcome), 1))

    @property
    def sizes(self) -> dict[str, int]:
        """Return the number of levels of each group."""
        return dict(zip(self.groups, self.crossing.sizes, strict=True))

    def without(self, dropped: set[str]) -> Self:
        """Return the rows without the ``dropped`` levels; groups keep all members, even those without rows."""
        kept = tuple(level for level in self.levels if level not in dropped)
        is_kept = np.isin(self.codes, [self.levels.index(level) for level in kept])
        numbers = np.array([kept.index(level) if level in kept else -1 for level in self.levels], dtype=np.intp)
        crossing = Crossing(
            self.crossing.large[is_kept], self.crossing.small[is_kept], self.crossing.n_large, self.crossing.n_small
        )
        return type(self)(
            self.outcome[is_kept], kept, numbers[self.codes[is_kept]], self.groups, self.members, crossing
        )


def _coded(column: pd.Series) -> tuple[Names, Codes]:
    """Return the sorted levels, and each row's index among them."""
    codes, found = pd.factorize(column.astype(str))
    levels = tuple(sorted(map(str, found)))
    index = {level: number for number, level in enumerate(levels)}
    return levels, np.array([index[level] for level in found], dtype=np.intp)[codes]


def why_not_binomial(rows: Rows) -> str:
    """Return why no model of whether the simulation was detected can be fitted; empty if one can."""
    if reason := _why_not(rows, "detected"):
        return reason
    if not rows.outcome.any():
        return "No dialogue was detected, so the outcome does not vary and there is nothing to compare."
    if rows.outcome.all():
        return "Every dialogue was detected, so the outcome does not vary and there is nothing to compare."
    return ""


def why_not_linear(rows: Rows, outcome: str) -> str:
    """Return why no linear model of the outcome can be fitted; empty if one can."""
    if reason := _why_not(rows, outcome):
        return reason
    if np.ptp(rows.outcome) == 0:
        return f"{outcome} is {rows.outcome[0]:g} everywhere, so the outcome does not vary and there is nothing to compare."
    full = [name for name, size in rows.sizes.items() if size >= len(rows.outcome)]
    if full:
        return (
            f"Every row has a different {full[0]}: without repeated answers, their differences cannot be distinguished "
            "from chance."
        )
    if _within(rows) <= 1e-12 * float(rows.outcome.var()):
        return f"{outcome} is constant within each model, so there is no variation to compare the models with."
    if len(rows.outcome) <= len(rows.levels) + 1:
        return f"Only {len(rows.outcome)} rows have {outcome}, which are too few for {len(rows.levels)} models."
    return ""


def separated_levels(rows: Rows) -> set[str]:
    """Return the models that are always or never detected."""
    counts = np.bincount(rows.codes, minlength=len(rows.levels))
    detected = np.bincount(rows.codes, rows.outcome, len(rows.levels))
    return {level for level, n, k in zip(rows.levels, counts, detected, strict=True) if k in (0, n)}


def _why_not(rows: Rows, outcome: str) -> str:
    if len(rows.outcome) == 0:
        return f"No row has {outcome}."
    if len(rows.levels) == 1:
        return f"There is only one model, {rows.levels[0]}, and nothing to compare it with."
    single = [name for name, size in rows.sizes.items() if size == 1]
    if single:
        return f"There is only one {single[0]}, but a random effect needs at least two levels."
    (large, many), (small, few) = rows.sizes.items()
    if many * few > MOST_CELLS:
        return f"There are {many:,} values of {large} and {few:,} of {small}, which form too many pairs to compute."
    return ""


def _within(rows: Rows) -> float:
    """Return the variance within models."""
    counts = np.bincount(rows.codes)
    means = np.bincount(rows.codes, rows.outcome) / counts
    return float(((rows.outcome - means[rows.codes]) ** 2).mean())
