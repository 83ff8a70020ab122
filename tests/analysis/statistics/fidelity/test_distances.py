"""Distances of values that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.fidelity.distances import disagreement, scale_of, shift

NUMBERS = st.lists(st.floats(-100, 100), min_size=1, max_size=20).map(np.array)


def test_a_shift_is_the_distance_in_units_of_the_references_spread() -> None:
    reference = np.array([0.0, 2.0, 4.0])
    assert shift(reference, reference + 3, 1) == pytest.approx(3)
    assert shift(reference, reference + 3, scale_of(reference, reference)) == pytest.approx(3 / reference.std())


def test_another_spread_is_a_distance_too() -> None:
    assert shift(np.array([-1.0, 1.0]), np.array([-3.0, 3.0]), 1) == pytest.approx(2)


def test_a_constant_reference_is_measured_by_the_spread_of_both() -> None:
    never, half = np.zeros(10), np.tile([0.0, 1.0], 5)
    assert scale_of(never, half) == np.concatenate([never, half]).std()
    assert shift(never, never, scale_of(never, never)) == 0


def test_categories_disagree_completely_if_none_is_common() -> None:
    assert disagreement(np.array([0.0, 1.0]), np.array([2.0, 2.0]), 3) == pytest.approx(1)
    assert disagreement(np.array([0.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0]), 3) == pytest.approx(0, abs=1e-7)


def test_nothing_is_at_no_distance_from_anything() -> None:
    assert shift(np.array([]), np.array([1.0]), 1) is None
    assert disagreement(np.array([0.0]), np.array([]), 2) is None


@given(NUMBERS, NUMBERS)
def test_a_shift_is_symmetric_and_never_negative(one: np.ndarray, other: np.ndarray) -> None:
    found = shift(one, other, 2.0)
    assert found is not None
    assert found >= 0
    assert found == pytest.approx(shift(other, one, 2.0))
