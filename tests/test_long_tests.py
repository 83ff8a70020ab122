"""Long tests start first, and waiting ones apart from computing ones."""

import pytest

from tests.long_tests import shares

WAITS = ["w1", "w2", "w3"]
COMPUTES = ["c1", "c2"]
REST = [str(number) for number in range(15)]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7, 30])
@pytest.mark.parametrize(("waits", "computes"), [(WAITS, COMPUTES), (WAITS, []), ([], COMPUTES)])
@pytest.mark.parametrize("rest", [REST, []])
def test_each_test_runs_once(waits: list[str], computes: list[str], rest: list[str], workers: int) -> None:
    assert sorted(shares(waits, computes, rest, workers)) == sorted([*waits, *computes, *rest])


def test_every_second_worker_starts_with_waiting() -> None:
    order = list(shares(WAITS, COMPUTES, REST, 4))
    assert [order[start : start + 2] for start in (0, 5, 10, 15)] == [
        ["w1", "w3"],
        ["c1", "3"],
        ["w2", "7"],
        ["c2", "11"],
    ]


def test_without_long_tests_the_order_stays() -> None:
    assert list(shares([], [], REST, 4)) == REST
