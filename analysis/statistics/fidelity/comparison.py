"""Distances of simulations from people, beside the distance of people from each other: overall and by group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from analysis.statistics.fidelity.distances import Numbers, disagreement, scale_of, shift
from analysis.statistics.fidelity.halves import FEWEST, Halves, draw_halves
from analysis.statistics.fidelity.measure import Measure
from analysis.statistics.fidelity.observed import Observed

DRAWS = 200
LOW, HIGH = 2.5, 97.5
"""Percentiles of the interval."""
OVERALL = "overall"
"""The name of the mean over all numeric measures."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean over random halves of the people, and the range of 95% of them."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Numbers) -> "Interval":
        low, high = np.percentile(values, [LOW, HIGH])
        return cls(float(values.mean()), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Distance:
    """How far simulations are from people, and how far people are from each other (``ceiling``), in one measure.

    ``natural`` and ``simulated`` are means, None for categories.
    """

    measure: str
    found: Interval
    ceiling: Interval
    natural: float | None = None
    simulated: float | None = None

    @property
    def is_farther(self) -> bool:
        """Return whether simulations are farther from people than people usually are from each other."""
        return self.found.low > self.ceiling.middle

    @property
    def excess(self) -> float:
        """Return by how much simulations are farther from people than people from each other."""
        return self.found.middle - self.ceiling.middle


@dataclass(frozen=True, slots=True)
class Comparison:
    """The distances of two groups of dialogues by measure, ``overall`` last.

    ``people`` and ``personas`` are their numbers. ``reason`` says why there is no comparison; then there are no distances.
    """

    people: int
    personas: int
    distances: Mapping[str, Distance]
    reason: str = ""

    @property
    def overall(self) -> Distance | None:
        return self.distances.get(OVERALL)

    @property
    def farthest(self) -> Distance | None:
        """Return the distance that exceeds its ceiling most."""
        each = [one for name, one in self.distances.items() if name != OVERALL]
        return max(each, key=lambda one: one.excess, default=None)


def compare(
    natural: Observed, simulated: Observed, measures: Sequence[Measure], random: Generator, draws: int = DRAWS
) -> Comparison:
    """Compare simulations with people, about the goals that both have.

    Each draw compares random halves (see halves.py). The mean over the draws is the distance, the range of 95% of them its
    interval: the distances of half-samples vary by as much as those of whole samples do from study to study. This is a
    bootstrap without replacement with half as many people (Bickel, Götze and van Zwet 1997); the ordinary one is not valid for
    distances near 0 (Sommerfeld and Munk 2018).
    """
    common = np.intersect1d(natural.goal, simulated.goal)
    natural, simulated = (one.only(np.isin(one.goal, common)) for one in (natural, simulated))
    people, personas = len(natural.people), len(simulated.people)
    if reason := _why_not(people, personas):
        return Comparison(people, personas, {}, reason)
    each = [one for one in measures if one.name in natural.values.keys() & simulated.values.keys()]
    drawn = list(draw_halves(natural, simulated, draws, random))
    rows = {measure.name: _rows(natural, simulated, measure, drawn) for measure in each}
    found = {measure.name: rows[measure.name] for measure in each if len(rows[measure.name])}
    distances = {name: _distance(name, pairs, natural, simulated, measures) for name, pairs in found.items()}
    return Comparison(people, personas, distances | _overall(found, measures))


def _why_not(people: int, personas: int) -> str:
    if people < FEWEST:
        return f"A comparison needs dialogues of at least {FEWEST} people about the same goals; there are {people}."
    if personas < FEWEST:
        return (
            f"A comparison needs simulations of at least {FEWEST} personas about the same goals; there are {personas}."
        )
    return ""


def _rows(natural: Observed, simulated: Observed, measure: Measure, drawn: Sequence[Halves]) -> Numbers:
    """Return for each draw the distances of the simulations and of the second half from the first; without draws that lack
    values."""
    ours, theirs = natural.values[measure.name], simulated.values[measure.name]
    scale = scale_of(ours.value, theirs.value)

    def between(one: Numbers, other: Numbers) -> float | None:
        if measure.categories:
            return disagreement(one, other, len(measure.categories))
        return shift(one, other, scale)

    def rows() -> Iterator[tuple[float, float]]:
        for halves in drawn:
            first = ours.among(halves.first)
            found, ceiling = between(first, theirs.among(halves.simulated)), between(first, ours.among(halves.second))
            yield (np.nan if found is None else found), (np.nan if ceiling is None else ceiling)

    table = np.array(list(rows()), dtype=np.float64)
    return table if np.isfinite(table).all(axis=1).any() else table[:0]


def _distance(
    name: str, pairs: Numbers, natural: Observed, simulated: Observed, measures: Sequence[Measure]
) -> Distance:
    is_numeric = not next(measure.categories for measure in measures if measure.name == name)
    complete = pairs[np.isfinite(pairs).all(axis=1)]
    means = [float(one.values[name].value.mean()) if is_numeric else None for one in (natural, simulated)]
    return Distance(name, Interval.of(complete[:, 0]), Interval.of(complete[:, 1]), *means)


def _overall(found: Mapping[str, Numbers], measures: Sequence[Measure]) -> dict[str, Distance]:
    """Return the mean over the numeric measures, whose distances have the same unit."""
    numeric = [found[measure.name] for measure in measures if measure.name in found and not measure.categories]
    if not numeric:
        return {}
    means = np.nanmean(np.array(numeric), axis=0)
    complete = means[np.isfinite(means).all(axis=1)]
    return {OVERALL: Distance(OVERALL, Interval.of(complete[:, 0]), Interval.of(complete[:, 1]))}
