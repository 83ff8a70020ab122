"""What researchers see of judgements, against published values."""

import pytest

from evaluation.research.statistics import krippendorff_alpha, modified_z_scores, unusual_times

MISSING = "."
KRIPPENDORFF = [
    (("0100000010", "1110010000"), 0.095),
    (("aabbdcccedda", "babbbccceddd"), 0.692),
    (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
]
"""Krippendorff (2011), parts A to C: what each observer said of the units, in order."""


def units_of(observers: tuple[str, ...]) -> list[list[str]]:
    return [[value for value in unit if value != MISSING] for unit in zip(*observers, strict=True)]


@pytest.mark.parametrize(("observers", "alpha"), KRIPPENDORFF)
def test_agreement_is_krippendorffs(observers: tuple[str, ...], alpha: float) -> None:
    assert krippendorff_alpha(units_of(observers)) == pytest.approx(alpha, abs=5e-4)


def test_agreement_is_one_when_all_agree_and_below_zero_when_nobody_does() -> None:
    assert krippendorff_alpha([["a", "a"], ["b", "b"]]) == 1
    worse = krippendorff_alpha([["a", "b"]] * 4)
    assert worse is not None
    assert worse < 0


@pytest.mark.parametrize("units", [[], [["a"], ["b"]], [["a", "a"], ["a", "a"]]])
def test_agreement_is_not_defined_without_two_values_to_compare(units: list[list[str]]) -> None:
    assert krippendorff_alpha(units) is None


def test_modified_z_scores_are_those_of_the_formula() -> None:
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    scores = modified_z_scores(values)
    assert scores[:4] == pytest.approx([-1.574, 0.6745, -0.225, 0.225], abs=1e-3)
    assert scores[8:] == pytest.approx([25.856, 26.306], abs=1e-3)


def test_times_that_are_far_too_short_or_too_long_are_outliers() -> None:
    usual = [20.0, 24, 28, 30, 33, 35, 40, 44, 50, 61]
    assert unusual_times(usual) == []
    assert unusual_times([*usual, 0.0, 1.5, 900]) == [10, 11, 12]


@pytest.mark.parametrize("seconds", [[], [30.0], [30.0, 30.0, 30.0, 300.0]])
def test_without_a_spread_no_time_is_unusual(seconds: list[float]) -> None:
    assert unusual_times(seconds) == []
