"""Power by simulation."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest

from analysis.statistics.contrasts import ADJUSTMENTS
from analysis.statistics.power_counts import Outcome, Power, Share
from analysis.statistics.power_plans import ADJUSTMENTS as OFFERED
from analysis.statistics.power_plans import LONGEST_NAME, ImpossiblePlan, PowerQuestion, StudyPlan, gather_rates
from analysis.statistics.power_simulation import draw_study, simulate, study_pool

RATES = {"gpt-4": 0.5, "mixtral": 0.5, "vicuna": 0.9}
SMALL = PowerQuestion({"a": 0.6, "b": 0.7}, evaluators=(4, 6), pairs=10, studies=6)


def find(question: PowerQuestion, found: tuple[Power, ...] = ()) -> tuple[Power, ...]:
    """Return the final results for each size of the question, computed in this process."""
    with ThreadPoolExecutor(1) as pool:
        return deque(simulate(question, pool, found), maxlen=1).pop()


@pytest.fixture(scope="module")
def found() -> tuple[Power, ...]:
    """Return the results of the small question."""
    return find(SMALL)


def test_a_clear_difference_is_found_and_none_is_not() -> None:
    [power] = find(PowerQuestion(RATES, evaluators=(12,), pairs=30, studies=20))
    assert (power.studies, power.failed) == (20, 0)
    assert power.any_difference().value > 0.95
    assert power.share(("gpt-4", "vicuna")).value > 0.95
    assert power.share(("gpt-4", "mixtral")).value < 0.25


def test_more_evaluators_find_more_and_every_size_is_reported() -> None:
    few, many = find(PowerQuestion({"a": 0.5, "b": 0.7}, evaluators=(40, 4), pairs=10, studies=10))
    assert (few.studies, many.studies) == (10, 10)
    assert many.overall > few.overall + 5


def test_the_same_seed_finds_the_same_in_other_processes_too(found: tuple[Power, ...]) -> None:
    with study_pool(2) as pool:
        steps = list(simulate(SMALL, pool))
    assert [tuple(power.studies for power in step) for step in steps] == [
        *((number, 0) for number in range(1, 7)),
        *((6, number) for number in range(1, 7)),
    ]
    assert steps[-1] == found
    assert found[1:] != find(replace(SMALL, evaluators=(6,), seed=5))


def test_what_was_found_before_is_gone_on_with(found: tuple[Power, ...]) -> None:
    with ThreadPoolExecutor(1) as pool:
        [*_, halfway] = islice(simulate(SMALL, pool), 8)
    assert [power.studies for power in halfway] == [6, 2]
    assert find(SMALL, halfway) == found


def test_a_study_that_cannot_be_analysed_finds_nothing_and_is_counted() -> None:
    [power] = find(PowerQuestion({"a": 0.001, "b": 0.001}, evaluators=(2,), pairs=2, studies=5))
    assert power == Power({("a", "b"): 0}, studies=5, failed=5)


def test_shares_have_the_error_of_simulating() -> None:
    half = Share(15, 30)
    assert half.error == pytest.approx(0.168, abs=0.001)
    assert str(half) == "50.0% ± 16.8"
    assert [Share(found, 500).error for found in (0, 500)] == pytest.approx([0.0055, 0.0055], abs=0.0001)
    assert [Share(count, 10).is_enough for count in (7, 8)] == [False, True]
    power = Power({("a", "b"): 0}).plus(Outcome(True, True, {("a", "b"): False}))
    assert (power.any_difference(), power.share(("a", "b"))) == (Share(1, 1), Share(0, 1))


def test_a_drawn_study_is_balanced_as_planned() -> None:
    frame = draw_study(StudyPlan(RATES, evaluators=5, pairs=31, people=7), np.random.default_rng(1))
    assert frame.groupby("participant").size().tolist() == [31] * 5
    for column, levels in (("model", 3), ("generator_user", 7)):
        counts = frame.groupby(["participant", column]).size()
        assert len(counts) == 5 * levels
        assert counts.max() - counts.min() <= 1


def test_drawn_rates_are_the_assumed_ones() -> None:
    plan = StudyPlan(RATES, evaluators=300, pairs=60, evaluator_sd=0, person_sd=0)
    found = draw_study(plan, np.random.default_rng(1)).groupby("model")["detected"].mean()
    assert found.to_dict() == pytest.approx(RATES, abs=0.02)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"rates": {"a": 0.5}}, "rates", "at least two models"),
        ({"rates": {"a": 0.5, "b": 1.0}}, "rates", "The rate of b is 1"),
        ({"rates": {"a": 0.5, "b": float("nan")}}, "rates", "The rate of b is nan"),
        ({"rates": {"a": 0.5, " ": 0.6}}, "rates", "has no name"),
        ({"rates": {"a": 0.5, "b" * (LONGEST_NAME + 1): 0.6}}, "rates", "is too long"),
        ({"rates": {str(number): 0.5 for number in range(13)}}, "rates", "13 models. Compare at most 12"),
        ({"evaluators": (1, 20)}, "evaluators", "at least two evaluators"),
        ({"evaluators": ()}, "evaluators", "between one and 6 numbers"),
        ({"evaluators": tuple(range(2, 9))}, "evaluators", "between one and 6 numbers"),
        ({"evaluators": (20, 501)}, "evaluators", "501 evaluators with 40 pairs each give more than 20,000 judgements"),
        ({"pairs": 2}, "pairs", "at least 3 pairs per evaluator"),
        ({"people": 10**9}, "people", "between 2 and 1,000"),
        ({"evaluator_sd": -0.1}, "evaluator_sd", "between 0"),
        ({"person_sd": float("nan")}, "person_sd", "between 0"),
        ({"evaluator_sd": float("inf")}, "evaluator_sd", "between 0"),
        ({"adjustment": "most"}, "adjustment", "none, holm, tukey"),
        ({"studies": 2001}, "studies", "between 1 and 2,000"),
        ({"seed": -1}, "seed", "seed between 0"),
    ],
)
def test_impossible_assumptions_are_refused(fields: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ImpossiblePlan, match=words) as refused:
        PowerQuestion(**{"rates": RATES} | fields)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_every_problem_is_reported_once() -> None:
    with pytest.raises(ImpossiblePlan) as refused:
        PowerQuestion({"a": 2}, (10, 20), pairs=1, people=1, seed=-1)
    assert [problem.field for problem in refused.value.problems] == ["seed", "rates", "rates", "pairs", "people"]


def test_a_model_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ImpossiblePlan, match="a is listed twice"):
        gather_rates([("a", 0.5), ("b", 0.5), ("a\u200b", 0.6)])


def test_the_same_sizes_in_another_order_are_the_same_question() -> None:
    assert PowerQuestion(RATES, (40, 10, 40)) == PowerQuestion(RATES, (10, 40))


def test_every_adjustment_is_offered() -> None:
    assert list(OFFERED) == list(ADJUSTMENTS)
