"""Comparisons of models: adjusted p values, and letters that two levels share unless they differ."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng
from statsmodels.stats.multitest import multipletests

from analysis.statistics.contrasts import compact_letters, holm, letter_names
from tests.analysis.reference import read_letter_patterns

PAIRS = ((1, 2), (1, 3), (2, 3), (1, 4), (2, 4), (3, 4))


@pytest.mark.parametrize("pattern", read_letter_patterns(), ids=lambda pattern: "".join(map(str, pattern["bits"])))
def test_four_levels_have_the_letters_of_emmeans(pattern: dict[str, list[str]]) -> None:
    differ = [frozenset(map(str, pair)) for pair, bit in zip(PAIRS, pattern["bits"], strict=True) if bit]
    assert list(compact_letters(["1", "2", "3", "4"], differ).values()) == pattern["emm"]


@given(st.integers(1, 7), st.data())
def test_two_levels_share_a_letter_exactly_when_they_do_not_differ(count: int, data: st.DataObject) -> None:
    order = [f"level {index}" for index in range(count)]
    pairs = [frozenset(pair) for pair in combinations(order, 2)]
    differ = data.draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    letters = compact_letters(order, differ)
    for pair in pairs:
        a, b = sorted(pair)
        assert bool(set(letters[a]) & set(letters[b])) == (pair not in differ)


def test_the_letters_do_not_depend_on_the_order_of_the_pairs() -> None:
    order = ["a", "b", "c", "d", "e"]
    differ = [frozenset(pair) for pair in (("a", "c"), ("b", "e"), ("a", "d"), ("c", "e"))]
    assert compact_letters(order, differ) == compact_letters(order, differ[::-1])


def test_many_levels_that_all_differ_have_a_letter_each() -> None:
    order = [f"level {index:02}" for index in range(60)]
    letters = compact_letters(order, {frozenset(pair) for pair in combinations(order, 2)})
    assert list(letters.values()) == letter_names(60)
    assert len(set(letters.values())) == 60


@pytest.mark.parametrize(
    "p_values", [[0.5], [0.04, 0.01, 0.03, 0.005], [0.2, 0.0, 1.0, 0.2, 0.2], list(default_rng(1).beta(1, 20, size=30))]
)
def test_holms_p_values_are_those_of_statsmodels(p_values: list[float]) -> None:
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])
