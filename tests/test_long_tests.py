"""Long tests start first, and waiting ones apart from computing ones."""

from itertools import chain

import pytest

from tests.long_tests import shares

WAITS = [["w1", "w1'"], ["w2"], ["w3"]]
COMPUTES = [["c1"], ["c2"]]
REST = [str(number) for number in range(15)]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7, 30])
@pytest.mark.parametrize(("waits", "computes"), [(WAITS, COMPUTES), (WAITS, []), ([], COMPUTES)])
@pytest.mark.parametrize("rest", [REST, []])
def test_each_test_runs_once(waits: list[list[str]], computes: list[list[str]], rest: list[str], workers: int) -> None:
    assert sorted(shares(waits, computes, rest, workers)) == sorted(chain(*waits, *computes, rest))


def test_workers_with_even_numbers_start_with_waiting_the_others_with_computing_and_groups_stay_together() -> None:
    assert [*shares(WAITS, COMPUTES, REST, 3)] == ["w1", "w1'", "w3", *"0123", "c1", "c2", *"45678", "w2", *REST[9:]]
    order = "".join(f" {name}" for name in shares(WAITS, COMPUTES, REST, 4))
    assert order == " w1 w1' w3 0 1 c1 2 3 4 5 w2 6 7 8 9 c2 10 11 12 13 14"


def test_without_long_tests_the_order_stays() -> None:
    assert list(shares([], [], REST, 4)) == REST
