"""Trends over the turns of dialogues, and the turn from which a value is lower."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from analysis.statistics.drift.changes import Change, Floats, change_of
from analysis.statistics.drift.trends import Trend, trend_of

NAN = np.nan


def trend(dialogues: Sequence[Floats]) -> Trend:
    found = trend_of(dialogues)
    assert found is not None
    return found


def change(dialogues: Sequence[Floats], random: Generator) -> Change:
    found = change_of(dialogues, random)
    assert found is not None
    return found


def test_a_trend_is_the_common_slope_within_dialogues_that_begin_at_different_heights() -> None:
    dialogues = [
        np.arange(length, dtype=np.float64) * -0.1 + height
        for length, height in zip((3, 5, 8, 4, 6), (1, 9, 3, 0, -2), strict=True)
    ]
    found = trend(dialogues)
    assert (found.slope, found.low, found.high) == pytest.approx((-0.1, -0.1, -0.1))
    assert found.is_falling


def test_early_ends_of_low_dialogues_do_not_look_like_a_rise() -> None:
    random = default_rng(1)
    dialogues = [random.normal(0 if length == 3 else 5, 0.1, length) for length in [3] * 20 + [12] * 20]
    found = trend(dialogues)
    assert found.low < 0 < found.high


def test_a_turn_without_a_value_keeps_its_place() -> None:
    found = trend([np.array([4.0, NAN, 2.0, 1.0])] * 5)
    assert found.slope == pytest.approx(-1)


def test_a_few_dialogues_whose_slopes_differ_have_a_wide_interval() -> None:
    slopes = (-0.5, -0.1, 0.1, -0.3, 0.05)
    found = trend([np.arange(6, dtype=np.float64) * slope for slope in slopes])
    assert found.slope == pytest.approx(np.mean(slopes))
    assert found.low < -0.5
    assert not found.is_falling


def test_four_dialogues_of_three_values_have_no_trend() -> None:
    long, short = np.array([3.0, 2.0, 1.0]), np.array([3.0, NAN, 1.0])
    assert trend_of([long] * 4 + [short] * 9) is None
    assert trend([long] * 5).dialogues == 5


def test_a_step_is_found_at_its_turn() -> None:
    random = default_rng(2)
    dialogues = [np.where(np.arange(length) < 4, 1.0, 0.0) + random.normal(0, 0.2, length) for length in [8, 9, 10] * 5]
    found = change(dialogues, random)
    assert (found.turn, found.low, found.high) == (5, 5, 5)


def test_the_bounds_of_a_step_in_noise_enclose_it() -> None:
    random = default_rng(3)
    dialogues = [np.where(np.arange(10) < 4, 0.4, 0.0) + random.normal(0, 0.5, 10) for _ in range(12)]
    found = change(dialogues, random)
    assert found.low <= 5 <= found.high
    assert found.low < found.high


def test_values_that_only_rise_have_no_turn_from_which_they_are_lower() -> None:
    assert change_of([np.array([0.0, 1.0, 2.0])] * 5, default_rng(4)) is None
    assert change_of([np.array([1.0])], default_rng(4)) is None
