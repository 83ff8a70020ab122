"""How models rank by many judged questions, with intervals.

Answers to one question are alike whatever their role, so questions are drawn in the bootstrap, each with all its rows. The
interval covers other questions to the same roles, judged by the same judge.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.rates import wilson_interval
from rolellm.judging.outcomes import POINTS, Outcome

DRAWS = 2000
SEED = 73
_AT_ONCE = 200_000
"""Drawn numbers in memory: all of RoleBench's would need 100 MB."""
Method = Literal["bootstrap over questions", "Wilson"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``rows`` judged rows of ``questions`` distinct questions, with a 95 % interval and how that was found."""

    mean: float
    low: float
    high: float
    rows: int
    questions: int
    method: Method


@dataclass(frozen=True, slots=True)
class Standing:
    """A model among several: its share of questions ranked first (k models that share the first rank count 1/k each), and its
    mean rank (models that share ranks have their mean)."""

    first: Estimate
    mean_rank: Estimate


def win_rate(outcomes: Iterable[tuple[str, Outcome]]) -> Estimate | None:
    """Return the share of wins, ties counting half, of (question, outcome); None without any."""
    values = [(question, POINTS[outcome]) for question, outcome in outcomes]
    return estimate(values) if values else None


def rank(models: Sequence[str], outcomes: Mapping[tuple[str, str], Outcome]) -> dict[str, float]:
    """Return the models' ranks on one row by the outcomes of all pairs, keyed by (model, other); ties share the mean rank."""
    return rank_by_points(models, {pair: POINTS[outcome] for pair, outcome in outcomes.items()})


def rank_by_points(models: Sequence[str], shares: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Return the ranks by the points of each pair's first model, from 0 to 1, of which the other one has the rest."""
    points: dict[str, float] = dict.fromkeys(models, 0.0)
    for (model, other), share in shares.items():
        points[model] += share
        points[other] += 1 - share
    return {model: _rank(points[model], list(points.values())) for model in models}


def standings(ranks: Sequence[tuple[str, Mapping[str, float]]]) -> dict[str, Standing]:
    """Return each model's standing by (question, ranks of all models) of every row; nothing without rows."""
    if not ranks:
        return {}
    return {model: _standing(model, ranks) for model in ranks[0][1]}


def estimate(values: Sequence[tuple[str, float]], low: float = 0.0, high: float = 1.0) -> Estimate:
    """Return the mean of one or more (question, value), which lie between ``low`` and ``high``, with its interval.

    If all questions agree, a bootstrap would have no width: the interval then is Wilson's, with a question as one trial.
    """
    grouped: dict[str, list[float]] = defaultdict(list)
    for question, value in values:
        grouped[question].append(value)
    mean = sum(value for _, value in values) / len(values)
    means = {sum(each) / len(each) for each in grouped.values()}
    if len(means) == 1:
        share = (mean - low) / (high - low)
        first, last = (low + end * (high - low) for end in wilson_interval(share * len(grouped), len(grouped)))
        return Estimate(mean, first, last, len(values), len(grouped), "Wilson")
    return Estimate(mean, *_bootstrap(list(grouped.values())), len(values), len(grouped), "bootstrap over questions")


def _standing(model: str, ranks: Sequence[tuple[str, Mapping[str, float]]]) -> Standing:
    return Standing(
        estimate([(question, _first(model, row)) for question, row in ranks]),
        estimate([(question, row[model]) for question, row in ranks], 1, len(ranks[0][1])),
    )


def _first(model: str, ranks: Mapping[str, float]) -> float:
    best = min(ranks.values())
    return 1 / list(ranks.values()).count(best) if ranks[model] == best else 0.0


def _rank(points: float, all_points: Sequence[float]) -> float:
    better, same = sum(each > points for each in all_points), all_points.count(points)
    return better + (same + 1) / 2


def _bootstrap(grouped: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of the mean, drawing as many questions as there are, each with all its values."""
    import numpy as np

    sums, sizes = np.array([sum(each) for each in grouped]), np.array([len(each) for each in grouped])
    random, number, means = np.random.default_rng(SEED), len(grouped), list[float]()
    while len(means) < DRAWS:
        drawn = random.integers(number, size=(min(DRAWS - len(means), 1 + _AT_ONCE // number), number))
        means.extend(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
