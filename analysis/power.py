"""Planning: how likely a study of some size is to find assumed differences, by simulation.

Every simulated study is drawn from the assumed model and analysed as the real one will be; power is the share of those in
which a test is significant.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.special import expit, logit
from scipy.stats import norm

from analysis.contrasts import ALPHA, Adjustment
from analysis.mixed_models import fit_detected

CHUNK = 10


class ImpossiblePlan(ValueError):
    """No study can be drawn from these assumptions; the message says what to change."""


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """Assumptions: how often each model is detected (at the average evaluator and person), how much evaluators and people
    differ (standard deviations of the log-odds), and the size: each of ``evaluators`` judges ``pairs`` pairs of ``people``."""

    rates: dict[str, float]
    evaluators: int
    pairs: int
    people: int = 20
    evaluator_sd: float = 0.5
    person_sd: float = 0.3

    def __post_init__(self) -> None:
        if len(self.rates) < 2:
            raise ImpossiblePlan("Give the rates of at least two models: there is nothing to compare otherwise.")
        wrong = [name for name, rate in self.rates.items() if not 0 < rate < 1]
        if wrong:
            raise ImpossiblePlan(f"The rate of {wrong[0]} is {self.rates[wrong[0]]:g}: give one between 0 and 1.")
        if min(self.evaluators, self.people) < 2 or self.pairs < len(self.rates):
            raise ImpossiblePlan(
                f"Plan at least two evaluators, two people, and {len(self.rates)} pairs each, one of every model."
            )
        if min(self.evaluator_sd, self.person_sd) < 0:
            raise ImpossiblePlan("Standard deviations cannot be negative: give 0 for no differences.")


@dataclass(frozen=True, slots=True)
class Power:
    """Shares of the ``studies`` that could be analysed in which a test was significant; ``contrasts`` by pair of models.

    ``failed`` studies had no such test: they count as not significant.
    """

    studies: int
    failed: int
    overall: float
    contrasts: dict[tuple[str, str], float]

    def error(self, share: float) -> float:
        """Half the width of the share's 95 % interval, from the number of simulated studies."""
        return float(norm.ppf(0.975) * np.sqrt(share * (1 - share) / self.studies))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one simulated study finds."""

    is_analysed: bool
    overall: bool
    contrasts: dict[tuple[str, str], bool]


def simulate_studies(
    plan: StudyPlan, studies: int, seed: int, adjustment: Adjustment, processes: int
) -> Iterator[Outcome]:
    """The outcomes of so many studies as they come, over several processes; the same seed gives the same ones."""
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(partial(_analyse, plan, seed, adjustment), range(studies), chunksize=CHUNK)


def summarise(outcomes: Sequence[Outcome]) -> Power:
    """The power that the outcomes show."""
    pairs = outcomes[0].contrasts
    return Power(
        studies=len(outcomes),
        failed=sum(not outcome.is_analysed for outcome in outcomes),
        overall=float(np.mean([outcome.overall for outcome in outcomes])),
        contrasts={pair: float(np.mean([outcome.contrasts[pair] for outcome in outcomes])) for pair in pairs},
    )


def draw_study(plan: StudyPlan, random: Generator) -> pd.DataFrame:
    """Judgements as the plan assumes them: every evaluator's pairs spread evenly over the models and the people."""
    models = np.array(list(plan.rates))
    evaluator = np.repeat(np.arange(plan.evaluators), plan.pairs)
    model = np.concatenate([_spread(random, len(models), plan.pairs) for _ in range(plan.evaluators)])
    person = np.concatenate([_spread(random, plan.people, plan.pairs) for _ in range(plan.evaluators)])
    eta = (
        logit(np.array(list(plan.rates.values())))[model]
        + random.normal(0, plan.evaluator_sd, plan.evaluators)[evaluator]
        + random.normal(0, plan.person_sd, plan.people)[person]
    )
    return pd.DataFrame(
        {
            "participant": evaluator.astype(str),
            "generator_user": person.astype(str),
            "model": models[model],
            "detected": (random.random(len(eta)) < expit(eta)).astype(float),
        }
    )


def _analyse(plan: StudyPlan, seed: int, adjustment: Adjustment, number: int) -> Outcome:
    model = fit_detected(draw_study(plan, np.random.default_rng([seed, number])))
    test = model.test or model.likelihood_ratio
    found = {(one.a, one.b): one.p_value(adjustment) for one in model.contrasts}
    pairs = combinations(sorted(plan.rates), 2)
    return Outcome(
        is_analysed=test is not None,
        overall=test is not None and test.p < ALPHA,
        contrasts={pair: (p := found.get(pair)) is not None and p < ALPHA for pair in pairs},
    )


def _spread(random: Generator, levels: int, count: int) -> np.ndarray:
    """``count`` levels, each as often as any other but one, in random order."""
    rounds = [random.permutation(levels) for _ in range(-(-count // levels))]
    return random.permutation(np.concatenate(rounds)[:count])
