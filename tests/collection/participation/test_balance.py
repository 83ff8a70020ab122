"""Completed dialogues are balanced between conditions, whoever drops out."""

from itertools import product
from random import Random

import pytest

from benchmarks.balance.best import Process, best_share, ceiling
from benchmarks.balance.measuring import DESIGNS, PRESENT, measure
from benchmarks.balance.site import Site, spread
from collection.participation.balance import (
    Standing,
    completion_rates,
    draw_one,
    draw_sequence,
    expected_completions,
)
from studies.matching import can_cover

ONE_EACH = {"a": 1, "b": 1}
EQUAL, WORSE, WORST = {"a": 0.3, "b": 0.3}, {"a": 0.15, "b": 0.45}, {"a": 0.05, "b": 0.3, "c": 0.55}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("drop_outs", [EQUAL, WORSE, WORST], ids=["all alike", "one condition loses more", "three"])
@pytest.mark.parametrize(("is_within", "goals", "present"), [(False, 1, 2), (True, 3, 2), (True, 10, 8)])
def test_300_arrivals_of_which_30_per_cent_drop_out_leave_conditions_within_two_of_each_other(
    is_within: bool, goals: int, present: int, drop_outs: dict[str, float], seed: int
) -> None:
    completed = Site(is_within, goals, drop_outs, Random(seed), present).run()
    assert completed.total() > 150
    assert spread(completed, list(drop_outs)) <= 2, completed


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("seats", "present"), [(150, 16), (20, 8)])
def test_with_a_number_of_seats_each_condition_gets_its_share_exactly(seats: int, present: int, seed: int) -> None:
    site = Site(False, 1, WORSE, Random(seed), present, seats)
    assert site.run() == {"a": seats // 2, "b": seats // 2}


def test_shares_of_seats_follow_the_weights_and_somebody_too_many_still_gets_a_condition() -> None:
    assert Site(False, 1, EQUAL, Random(1), 8, 40, weights={"a": 3, "b": 1}).run() == {"a": 30, "b": 10}
    assert draw_one(Standing({"a": 2, "b": 2}), ONE_EACH, ONE_EACH, 1, seats=4) in {"a", "b"}


def test_how_many_are_here_at_the_end_decides_what_chance_adds_and_no_rule_does_better() -> None:
    spreads = [spread(Site(False, 1, EQUAL, Random(seed), present=8).run(), "ab") for seed in range(60)]
    best = best_share(Process(False, 1, 0.3), 8, 300)
    assert best is not None
    assert 0.92 < best < 0.93
    assert sum(one <= 2 for one in spreads) / 60 > best - 0.1, "three standard errors"


def test_the_best_is_exact_where_a_rule_decides_nothing_or_everything() -> None:
    assert best_share(Process(False, 1, 0.3), 1, 300) == pytest.approx(1)
    everybody_stays = best_share(Process(False, 10, 0), 1, 6)
    assert everybody_stays == pytest.approx(1), "three people in each condition"
    assert best_share(Process(False, 10, 0), 1, 5) == pytest.approx(0), "an odd number of people"
    # Three people arrive before the first one leaves. Two against one differ by more than two only if both finish and the
    # third drops out.
    assert best_share(Process(False, 3, 0.3), 3, 3) == pytest.approx(_by_enumeration())


def _by_enumeration() -> float:
    """Return the chance that the dialogues of two people and those of a third, 0 to 3 each, differ by at most two."""
    chances = [0.1, 0.1, 0.1, 0.7]
    return sum(chances[a] * chances[b] * chances[c] for a, b, c in product(range(4), repeat=3) if abs(a + b - c) <= 2)


def test_between_participants_with_ten_goals_no_rule_is_within_two_in_more_than_half_of_all_studies() -> None:
    process = Process(False, 10, 0.3)
    best = best_share(process, 1, 300)
    assert best is not None
    assert 0.27 < best < ceiling(process) == 0.5


def test_a_condition_with_twice_the_weight_gets_twice_the_dialogues() -> None:
    completed = Site(False, 1, EQUAL, Random(1), weights={"a": 2, "b": 1}).run()
    assert abs(completed["a"] - 2 * completed["b"]) <= 3


def test_near_equals_are_drawn_at_random_and_the_seed_reproduces_them() -> None:
    for standing in (Standing(), Standing({"a": 9, "b": 9}, {"a": 1, "b": 2}, [["b"], ["a"]])):
        draws = [draw_one(standing, ONE_EACH, ONE_EACH, seed) for seed in range(40)]
        assert 10 < draws.count("a") < 30
        assert draws == [draw_one(standing, {"b": 1, "a": 1}, ONE_EACH, seed) for seed in range(40)]


def test_nobody_who_sees_all_counts_can_be_sure_of_the_next_condition() -> None:
    site = Site(False, 1, EQUAL, Random(1), present=8)
    site.run()
    assert 0.7 < sum(site.guessed) / len(site.guessed) < 0.9


def test_people_who_are_here_count_by_what_they_will_probably_complete() -> None:
    standing = Standing({"a": 6, "b": 6}, {"a": 2, "b": 6}, [["a", "a"], ["b"]])
    expected = expected_completions(standing, completion_rates(standing, ["a", "b"]))
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
    found = list(measure(seeds=2, arrivals=4))
    assert [(one.design, one.present) for one in found] == [(str(one), of) for one in DESIGNS for of in PRESENT]
    assert all(0 <= one.median <= one.largest and 0 < one.best <= 1 for one in found)
