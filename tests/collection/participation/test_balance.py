"""Completed dialogues are balanced between conditions, whoever drops out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from collection.participation.balance import Standing, draw_one, draw_sequence, expected_completions
from studies.matching import can_cover

Draw = Callable[[Standing, int], list[str]]
AT_ONCE = 2
"""Number of people who are in the study at the same time, unless a test says otherwise."""


@dataclass
class Site:
    """Arrivals one after the other; ``chances`` are those of completing a dialogue in each condition."""

    chances: Mapping[str, float]
    draw: Draw
    random: Random
    at_once: int = AT_ONCE
    completed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    here: list[list[str]] = field(default_factory=list)

    def arrive(self) -> None:
        self.here.append(self.draw(Standing(self.completed, self.lost, self.here), self.random.randrange(2**31)))
        while len(self.here) > self.at_once:
            self.go_on()

    def go_on(self) -> None:
        """Let a person complete the next dialogue, or drop out."""
        left = self.here[self.random.randrange(len(self.here))]
        name = left[0]
        is_completed = self.random.random() < self.chances[name]
        (self.completed if is_completed else self.lost)[name] += 1
        left[:] = left[1:] if is_completed else []
        self.here = [one for one in self.here if one]


def run(chances: Mapping[str, float], draw: Draw, seed: int, at_once: int = AT_ONCE) -> Counter[str]:
    site = Site(chances, draw, Random(seed), at_once)
    for _ in range(300):
        site.arrive()
    while site.here:
        site.go_on()
    return site.completed


def between(weights: Mapping[str, int], goals: int) -> Draw:
    return lambda standing, seed: [draw_one(standing, weights, seed)] * goals


def within(weights: Mapping[str, int], goals: int) -> Draw:
    return lambda standing, seed: draw_sequence(standing, weights, [list(weights)] * goals, seed)


def spread(completed: Mapping[str, int], names: Sequence[str]) -> int:
    counts = [completed[name] for name in names]
    return max(counts) - min(counts)


EQUAL, WORSE, WORST = {"a": 0.7, "b": 0.7}, {"a": 0.85, "b": 0.55}, {"a": 0.95, "b": 0.7, "c": 0.45}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("chances", [EQUAL, WORSE, WORST], ids=["all alike", "one condition loses more", "three"])
@pytest.mark.parametrize(("design", "goals"), [(between, 1), (within, 3)])
def test_300_arrivals_of_which_30_per_cent_drop_out_leave_conditions_within_two_of_each_other(
    design: Callable[[Mapping[str, int], int], Draw], goals: int, chances: Mapping[str, float], seed: int
) -> None:
    completed = run(chances, design(dict.fromkeys(chances, 1), goals), seed)
    assert completed.total() > 150
    assert spread(completed, list(chances)) <= 2, completed


def test_how_many_are_here_at_the_end_decides_what_chance_adds() -> None:
    """Nothing corrects the last ones: with 16 at once, an equal chance of 0.7 alone gives a standard deviation of about 2."""
    spreads = [spread(run(EQUAL, between({"a": 1, "b": 1}, 1), seed, at_once=16), "ab") for seed in range(30)]
    assert max(spreads) <= 6
    assert sum(one <= 2 for one in spreads) > 20


def test_counting_enrolments_would_not_balance() -> None:
    random = Random(1)

    def alternate(standing: Standing, seed: int) -> list[str]:
        return ["ab"[random.randrange(2)]]

    assert spread(run(WORSE, alternate, 1), "ab") > 20


def test_a_condition_with_twice_the_weight_gets_twice_the_dialogues() -> None:
    completed = run(EQUAL, between({"a": 2, "b": 1}, 1), 1)
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


def test_conditions_that_share_too_few_goals_cannot_each_have_one() -> None:
    assert can_cover([["a", "b"], ["a"]], {"a", "b"})
    assert not can_cover([["a", "b", "c"], ["c"]], {"a", "b"})
