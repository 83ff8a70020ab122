"""Dividing fairly by two divisions at once, and the flows that do it."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.planning.flows import Arc, NoFlow, circulate
from evaluation.planning.shares import Element, Path, divide

PATHS = st.lists(st.integers(0, 2), max_size=3).map(tuple)


@settings(max_examples=200)
@given(
    st.lists(st.builds(Element, one=st.integers(0, 2).map(lambda widest: (widest,)), other=PATHS), max_size=40),
    st.integers(1, 9),
    st.integers(),
)
def test_every_part_has_its_share_of_every_set(elements: list[Element], parts: int, seed: int) -> None:
    divided = divide(elements, parts, Random(seed))
    assert sorted(position for part in divided for position in part) == list(range(len(elements)))
    for side in ("one", "other"):
        paths: list[Path] = [getattr(element, side) for element in elements]
        shares = [count_sets([paths[position] for position in part]) for part in divided]
        for path, size in count_sets(paths).items():
            assert {share[path] for share in shares} <= {size // parts, -(-size // parts)}


def count_sets(paths: Sequence[Path]) -> Counter[Path]:
    """How many are in each set, and in the whole."""
    return Counter(path[:depth] for path in paths for depth in range(len(path) + 1))


def test_elements_that_are_alike_take_turns() -> None:
    alike = [Element(one=(), other=("m",))] * 10
    firsts = Counter(position for seed in range(200) for position in divide(alike, 2, Random(seed))[0])
    assert all(60 < firsts[position] < 140 for position in range(10))


def test_a_flow_keeps_least_and_greatest() -> None:
    arcs = [Arc("a", "b", 1, 4), Arc("a", "c", 2, 2), Arc("b", "d", 0, 9), Arc("c", "d", 0, 9), Arc("d", "a", 5, 5)]
    assert circulate(arcs, Random(73)) == {
        ("a", "b"): 3,
        ("a", "c"): 2,
        ("b", "d"): 3,
        ("c", "d"): 2,
        ("d", "a"): 5,
    }


def test_contradictory_bounds_are_refused() -> None:
    with pytest.raises(NoFlow):
        circulate([Arc("a", "b", 3, 4), Arc("b", "a", 0, 2)], Random(73))
