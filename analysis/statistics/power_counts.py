"""How often simulated studies found the assumed differences: counts and shares."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

WANTED = 0.8
"""The power that is commonly required (Cohen 1988)."""
Z_95 = 1.959964
"""Half the width of a 95% interval, in standard errors."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The differences that one simulated study finds; a study that could not be analysed finds none."""

    is_analysed: bool
    overall: bool
    contrasts: Mapping[tuple[str, str], bool]


@dataclass(frozen=True, slots=True)
class Share:
    """A test was significant in ``found`` of ``studies``."""

    found: int
    studies: int

    @property
    def value(self) -> float:
        """Return the power."""
        return self.found / self.studies

    @property
    def error(self) -> float:
        """Return half the width of the power's 95% interval by Agresti and Coull (1998), which has a width even if none or all
        were found."""
        share = (self.found + 2) / (self.studies + 4)
        return Z_95 * sqrt(share * (1 - share) / (self.studies + 4))

    @property
    def is_enough(self) -> bool:
        return self.value >= WANTED

    @property
    def percent(self) -> str:
        return f"{100 * self.value:.1f}%"

    @property
    def points(self) -> str:
        """Return the error in percentage points."""
        return f"{100 * self.error:.1f}"

    def __str__(self) -> str:
        return f"{self.percent} ± {self.points}"


@dataclass(frozen=True, slots=True)
class Power:
    """The number of ``studies`` in which a test was significant: ``overall``, and by pair of models.

    ``failed`` studies could not be tested and count as not significant.
    """

    contrasts: dict[tuple[str, str], int]
    studies: int = 0
    failed: int = 0
    overall: int = 0

    def plus(self, outcome: Outcome) -> "Power":
        """Return the counts with one more study."""
        return replace(
            self,
            studies=self.studies + 1,
            failed=self.failed + (not outcome.is_analysed),
            overall=self.overall + outcome.overall,
            contrasts={pair: count + outcome.contrasts[pair] for pair, count in self.contrasts.items()},
        )

    def any_difference(self) -> Share:
        return Share(self.overall, self.studies)

    def share(self, pair: tuple[str, str]) -> Share:
        return Share(self.contrasts[pair], self.studies)
