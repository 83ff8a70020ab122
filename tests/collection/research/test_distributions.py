"""Figures of numbers: ranges of equal width that hold every answer."""

from typing import Any

import pytest

from collection.research.distributions import MOST_RANGES, Ranges


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([3, 5, "Prefer not to say"], ("3", "4", "5")),
        (
            [18, 19.5, 33],
            ("18 to 19", "20 to 21", "22 to 23", "24 to 25", "26 to 27", "28 to 29", "30 to 31", "32 to 33"),
        ),
        ([-2, 0], ("-2", "-1", "0")),
    ],
)
def test_every_number_is_in_one_of_a_few_ranges(numbers: list[Any], labels: tuple[str, ...]) -> None:
    ranges = Ranges.over(numbers)
    assert ranges is not None
    assert ranges.labels == labels
    assert len(labels) <= MOST_RANGES
    assert {ranges.label(one) for one in numbers if not isinstance(one, str)} <= set(labels)


def test_without_numbers_there_are_no_ranges() -> None:
    assert Ranges.over(["Prefer not to say"]) is None
