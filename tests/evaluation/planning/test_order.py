"""Training comes first, attention checks stand among the other pairs."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.planning.assignments import arrange, draw_sides

COUNTS = st.integers(0, 12)


@given(COUNTS, COUNTS, COUNTS, st.integers())
def test_everything_is_in_the_assignment_once_and_the_main_part_keeps_its_order(
    main: int, training: int, checks: int, seed: int
) -> None:
    arranged = arrange(names("m", main), names("t", training), names("c", checks), Random(seed))
    assert Counter(arranged) == Counter([*names("m", main), *names("t", training), *names("c", checks)])
    assert arranged[:training] == names("t", training)
    assert [name for name in arranged if name[0] == "m"] == names("m", main)


@given(st.integers(2, 12), COUNTS, st.integers())
def test_no_check_is_first_or_last(main: int, checks: int, seed: int) -> None:
    arranged = arrange(names("m", main), [], names("c", checks), Random(seed))
    assert arranged[0] == "m0"
    assert arranged[-1] == f"m{main - 1}"


def test_checks_are_spread_over_the_assignment_and_are_elsewhere_for_others() -> None:
    positions = set()
    for seed in range(30):
        arranged = arrange(names("m", 40), [], names("c", 4), Random(seed))
        found = tuple(position for position, name in enumerate(arranged) if name[0] == "c")
        assert [position // 11 for position in found] == [0, 1, 2, 3], "one in each quarter"
        positions.add(found)
    assert len(positions) > 20


@pytest.mark.parametrize(("count", "firsts"), [(0, {0}), (4, {2}), (5, {2, 3})])
def test_half_of_the_sides_are_first(count: int, firsts: set[int]) -> None:
    drawn = [draw_sides(count, Random(seed)) for seed in range(30)]
    assert {sum(sides) for sides in drawn} == firsts
    assert len({tuple(sides) for sides in drawn}) > (1 if count else 0)


def names(kind: str, count: int) -> list[str]:
    return [f"{kind}{number}" for number in range(count)]
