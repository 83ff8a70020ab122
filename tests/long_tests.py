"""The order of the tests: long ones start first, so that no process is left with one at the end."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice
from typing import TypeVar

import pytest

T = TypeVar("T")


def long_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """Sort the items for pytest-xdist, which gives each worker an equal share of the list and lets idle ones steal.

    Workers with even numbers start with the tests marked ``waits``, the others with those marked ``computes``: while the
    former wait, the latter have the processor to themselves. Tests of a file stay together, because they share fixtures.
    """
    waits, computes = (_marked(items, name) for name in ("waits", "computes"))
    rest = [item for item in items if item not in {*chain(*waits, *computes)}]
    return list(shares(waits, computes, rest, workers))


def shares(waits: Sequence[list[T]], computes: Sequence[list[T]], rest: Sequence[T], workers: int) -> Iterator[T]:
    """Yield each worker's share in turn: its part of the long groups, then as many others as it needs."""
    others = iter(rest)
    left = len([*chain(*waits, *computes, rest)])
    for worker in range(workers):
        groups = [*waits, *computes] if workers == 1 else computes if worker % 2 else waits
        first = [*chain(*groups[worker // 2 :: (workers + 1 - worker % 2) // 2])]
        share = [*first, *islice(others, max(0, left // (workers - worker) - len(first)))]
        left -= len(share)
        yield from share


def _marked(items: Sequence[pytest.Item], name: str) -> list[list[pytest.Item]]:
    marked = sorted((item for item in items if item.get_closest_marker(name)), key=_file)
    return [list(group) for _, group in groupby(marked, _file)]


def _file(item: pytest.Item) -> str:
    return str(item.path)
