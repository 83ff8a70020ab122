"""The rows that a mixed model is fitted to."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from analysis.fitting.crossed import Codes, Crossing, Floats

Names = tuple[str, ...]
GROUPS = ("participant", "generator_user")
"""Whose random intercepts the models have: who judged, and who chatted."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Outcomes with the model and the two groups of each; ``levels`` are sorted, ``codes`` index them.

    ``groups`` names the crossing's large factor, then its small one; ``members`` names the levels of each.
    """

    outcome: Floats
    levels: tuple[str, ...]
    codes: Codes
    groups: tuple[str, str]
    members: tuple[Names, Names]
    crossing: Crossing

    @classmethod
    def read(cls, frame: pd.DataFrame, outcome: str) -> Self:
        """From columns participant, generator_user, model and the outcome; rows without an outcome are left out."""
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
        """X in treatment coding: the first level is the base."""
        columns: Floats = (self.codes[:, None] == np.arange(len(self.levels))).astype(float)
        columns[:, 0] = 1
        return columns

    @property
    def intercept(self) -> Floats:
        """X of the model without models."""
        return np.ones((len(self.outcome), 1))

    @property
    def sizes(self) -> dict[str, int]:
        """How many levels each group has."""
        return dict(zip(self.groups, self.crossing.sizes, strict=True))

    def without(self, dropped: set[str]) -> Self:
        """The rows of the other levels; groups keep their levels, some of which may be left without rows."""
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
    """The sorted levels, and each row's index among them."""
    codes, found = pd.factorize(column.astype(str))
    levels = tuple(sorted(map(str, found)))
    index = {level: number for number, level in enumerate(levels)}
    return levels, np.array([index[level] for level in found], dtype=np.intp)[codes]
