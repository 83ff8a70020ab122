"""The search for leaks has the right false-alarm rate, and finds a trait that is right three times in four."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from tests.evaluation.judging.guessing import LEVEL, Play, Received, Sides, strongest_clue
from tests.thoroughness import IS_THOROUGH

LISTS = np.repeat(np.arange(5), 40)
WORDS = ("even", "odd", "seldom", "often")


def _plays(random: np.random.Generator) -> list[Play]:
    """Five assignments of forty, whose responses say all sorts of things at random and nothing about the sides."""
    return [
        Play(int(number), side, _token(random), [_received(random)])
        for number, side in zip(LISTS, _sides(random), strict=True)
    ]


def _sides(random: np.random.Generator) -> list[str]:
    return [str(side) for _ in range(5) for side in random.permutation(["first", "second"] * 20)]


def _token(random: np.random.Generator) -> str:
    return "".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), 4))


def _received(random: np.random.Generator) -> Received:
    words = [word for word, share in zip(WORDS, (0.5, 0.5, 0.1, 0.9), strict=True) if random.random() < share]
    return Received("page", 200, {}, {}, " ".join(words), int(random.integers(30_000, 30_100)))


def test_the_chance_of_a_trait_is_its_share_of_all_arrangements() -> None:
    is_first = np.array([True, True, False, False, True, False, False, False])
    assignments, split = np.array([0] * 4 + [1] * 4), np.array([True, True, True, False, True, False, False, True])
    found = [int((split & arrangement).sum()) for arrangement in _arrangements()]
    middle, here = np.mean(found), int((split & is_first).sum())
    share = np.mean([abs(count - middle) >= abs(here - middle) for count in found])
    assert Sides(is_first, assignments).chance(split) == pytest.approx(share)


def _arrangements() -> Iterator[np.ndarray]:
    """All ways to have two of the first four and one of the last four "first"."""
    for two, one in product(combinations(range(4), 2), range(4, 8)):
        yield np.isin(np.arange(8), [*two, one])


def test_chance_is_taken_for_a_leak_no_more_often_than_said() -> None:
    random, rounds = np.random.default_rng(73), 2000 if IS_THOROUGH else 100
    chances = np.array([strongest_clue(_plays(random)).chance for _ in range(rounds)])
    assert np.mean(chances <= 0.1) <= 0.1
    assert chances.min() > LEVEL


def test_what_tells_three_times_in_four_is_found() -> None:
    random, rounds = np.random.default_rng(321), 10_000 if IS_THOROUGH else 50
    assert max(strongest_clue(_planted(_plays(random), random)).chance for _ in range(rounds)) < LEVEL


def _planted(plays: list[Play], random: np.random.Generator) -> list[Play]:
    is_true = random.permutation([True] * 150 + [False] * 50)
    return [
        replace(play, responses=[replace(play.responses[0], headers={"X-Order": "a" * (1 + tells)})])
        for play, tells in zip(plays, is_true == [play.artificial == "first" for play in plays], strict=True)
    ]
