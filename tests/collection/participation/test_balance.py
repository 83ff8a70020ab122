"""Completed dialogues are balanced between conditions, whoever drops out."""

from random import Random

import pytest

from benchmarks.balance import DESIGNS, PRESENT, Site, measure, spread
from collection.participation.balance import Standing, draw_one, draw_sequence, expected_completions
from studies.matching import can_cover

EQUAL, WORSE, WORST = {"a": 0.3, "b": 0.3}, {"a": 0.15, "b": 0.45}, {"a": 0.05, "b": 0.3, "c": 0.55}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("drop_outs", [EQUAL, WORSE, WORST], ids=["all alike", "one condition loses more", "three"])
@pytest.mark.parametrize(("is_within", "goals", "present"), [(False, 1, 2), (True, 3, 2), (True, 10, 8)])
def test_300_arrivals_of_which_30_per_cent_drop_out_leave_conditions_within_two_of_each_other(
    is_within: bool, goals: int, present: int, drop_outs: dict[str, float], seed: int
) -> None:
    completed = Site(is_within, goals, drop_outs, Random(seed), present).run()
    assert completed.total() > 150
    assert spread(completed, list(drop_outs)) <= 2, completed


def test_how_many_are_here_at_the_end_decides_what_chance_adds() -> None:
    """Nothing corrects the last ones: with 16 at once, an equal chance of 0.7 alone gives a standard deviation of about 2."""
    spreads = [spread(Site(False, 1, EQUAL, Random(seed), present=16).run(), "ab") for seed in range(30)]
    assert max(spreads) <= 6
    assert sum(one <= 2 for one in spreads) > 20


def test_a_condition_with_twice_the_weight_gets_twice_the_dialogues() -> None:
    completed = Site(False, 1, EQUAL, Random(1), weights={"a": 2, "b": 1}).run()
    assert abs(completed["a"] - 2 * completed["b"]) <= 3


def test_equals_are_drawn_at_random_and_the_seed_reproduces_them() -> None:
    draws = [draw_one(Standing(), {"a": 1, "b": 1}, seed) for seed in range(40)]
    assert 10 < draws.count("a") < 30
    assert draws == [draw_one(Standing(), {"b": 1, "a": 1}, seed) for seed in range(40)]


def test_people_who_are_here_count_by_what_they_will_probably_complete() -> None:
    standing = Standing({"a": 6, "b": 6}, {"a": 2, "b": 6}, [["a", "a"], ["b"]])
    expected = expected_completions(standing, ["a", "b"])
    assert 6.5 < expected["b"] < 6.6
    assert 7.1 < expected["a"] < 7.3


@pytest.mark.parametrize("seed", range(20))
def test_within_participants_everybody_gets_every_condition_although_some_have_few_goals(seed: int) -> None:
    allowed = [["a", "b", "c"], ["a", "b"], ["a"]]
    assert sorted(draw_sequence(Standing(), {"a": 1, "b": 1, "c": 1}, allowed, seed)) == ["a", "b", "c"]


def test_later_goals_follow_what_was_lost_since_but_each_person_still_gets_every_condition() -> None:
    weights, offered = {"a": 1, "b": 1}, [["a", "b"]] * 2
    for lacking, other in ("ab", "ba"):
        assert draw_sequence(Standing({other: 3}), weights, offered, 1, had=["a", "b"]) == [lacking, other]
        assert draw_sequence(Standing({other: 3}), weights, offered[:1], 1, had=[lacking]) == [other]


def test_conditions_that_share_too_few_goals_cannot_each_have_one() -> None:
    assert can_cover([["a", "b"], ["a"]], {"a", "b"})
    assert not can_cover([["a", "b", "c"], ["c"]], {"a", "b"})


def test_the_benchmark_measures_each_design_with_each_number_of_people() -> None:
    found = measure(seeds=2, arrivals=10)
    assert [(one.design, one.goals, one.present) for one in found] == [(*one, of) for one in DESIGNS for of in PRESENT]
    assert all(0 <= one.median <= one.largest for one in found)
