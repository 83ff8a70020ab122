"""Planning by simulation."""

import numpy as np
import pytest

from analysis.power import ImpossiblePlan, StudyPlan, draw_study, simulate_studies, summarise

RATES = {"gpt-4": 0.5, "mixtral": 0.5, "vicuna": 0.9}


def test_a_clear_difference_is_found_and_none_is_not() -> None:
    plan = StudyPlan(RATES, evaluators=12, pairs=30)
    power = summarise(list(simulate_studies(plan, 30, seed=1, adjustment="none", processes=2)))
    assert (power.studies, power.failed) == (30, 0)
    assert power.overall > 0.95
    assert power.contrasts["gpt-4", "vicuna"] > 0.95
    assert power.contrasts["gpt-4", "mixtral"] < 0.25
    assert power.error(0.5) == pytest.approx(0.179, abs=0.001)


def test_the_same_seed_finds_the_same_whatever_the_processes() -> None:
    plan = StudyPlan({"a": 0.6, "b": 0.7}, evaluators=4, pairs=10)
    runs = [list(simulate_studies(plan, 12, 5, "holm", processes)) for processes in (1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != list(simulate_studies(plan, 12, 6, "holm", 1))


def test_a_drawn_study_is_balanced_as_planned() -> None:
    frame = draw_study(StudyPlan(RATES, evaluators=5, pairs=31, people=7), np.random.default_rng(1))
    assert frame.groupby("participant").size().tolist() == [31] * 5
    for column, levels in (("model", 3), ("generator_user", 7)):
        counts = frame.groupby(["participant", column]).size()
        assert len(counts) == 5 * levels
        assert counts.max() - counts.min() <= 1


def test_drawn_rates_are_the_assumed_ones() -> None:
    plan = StudyPlan(RATES, evaluators=400, pairs=60, evaluator_sd=0, person_sd=0)
    found = draw_study(plan, np.random.default_rng(1)).groupby("model")["detected"].mean()
    assert found.to_dict() == pytest.approx(RATES, abs=0.02)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rates": {"a": 0.5}}, "at least two models"),
        ({"rates": {"a": 0.5, "b": 1.0}}, "The rate of b is 1"),
        ({"evaluators": 1}, "at least two evaluators"),
        ({"pairs": 2}, "3 pairs each"),
        ({"evaluator_sd": -0.1}, "cannot be negative"),
    ],
)
def test_what_cannot_be_drawn_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ImpossiblePlan, match=words):
        StudyPlan(**{"rates": RATES, "evaluators": 10, "pairs": 30} | fields)  # type: ignore[arg-type]
