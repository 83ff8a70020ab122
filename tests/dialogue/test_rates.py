"""Rates and their intervals, against published values."""

import pytest

from dialogue.rates import Rate, wilson_interval

NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
"""Newcombe (1998), table I, method 3."""


@pytest.mark.parametrize(("count", "total", "low", "high"), NEWCOMBE)
def test_intervals_of_rates_are_the_published_ones(count: int, total: int, low: float, high: float) -> None:
    assert wilson_interval(count, total) == pytest.approx((low, high), abs=5e-5)


def test_an_interval_is_the_same_from_the_other_side() -> None:
    low, high = wilson_interval(27, 80)
    assert wilson_interval(53, 80) == pytest.approx((1 - high, 1 - low))
    assert wilson_interval(20, 20)[1] == 1.0


def test_a_rate_of_nothing_is_none_and_has_no_interval() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval) == (None, None)
    assert Rate(88, 200).share == 0.44
