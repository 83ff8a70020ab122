"""A benchmark's figures, and the goals that some of them must reach."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in its ``unit``; it misses its goal if it is below ``least`` or above ``most``."""

    what: str
    figure: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def is_missed(self) -> bool:
        too_little = self.least is not None and self.figure < self.least
        return too_little or (self.most is not None and self.figure > self.most)

    @property
    def shown(self) -> str:
        return f"{_number(self.figure)} {self.unit}".rstrip()

    @property
    def goal_shown(self) -> str:
        least = [] if self.least is None else [f"at least {self.least:g}"]
        most = [] if self.most is None else [f"at most {self.most:g}"]
        return " ".join([*(["MISSED:"] if self.is_missed else []), *least, *most])


def table(rows: Sequence[Row]) -> str:
    """Return a line for each row, with its goal beside its figure."""
    width = max(len(row.what) for row in rows)
    return "\n".join(f"{row.what.ljust(width)}  {row.shown.rjust(12)}  {row.goal_shown}".rstrip() for row in rows)


def _number(figure: float) -> str:
    if isinstance(figure, int):
        return f"{figure:,}"
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.2f}" if abs(figure) < 10 else f"{figure:.1f}"
