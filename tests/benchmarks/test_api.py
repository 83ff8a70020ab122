"""The benchmark of an API's limits at a small size: it runs, and it says which goal is missed."""

from dataclasses import replace

import pytest

from benchmarks.api.goals import judge
from benchmarks.api.watching import Watched
from tests.benchmarks.quick import measure

ENOUGH = Watched(
    allows=200,
    requests=200,
    seconds=60.0,
    early=200,
    many_after=7.0,
    settled=(190, 200.0, 200),
    answered=5000,
    refused=0,
    failed=0,
)
TOO_FEW = replace(ENOUGH, allows=60, early=60, many_after=None, settled=(50, 57.0, 60), refused=40)


@pytest.mark.parametrize("way", [[], ["--whole"]])
def test_it_runs_in_small(way: list[str]) -> None:
    found = measure("api", *way)
    assert found["machine"]["cores"] > 0
    enough, too_few = found["watched"]
    assert (enough["allows"], too_few["allows"]) == (20, 5)
    assert 0 < enough["early"] <= 20
    assert 0 < too_few["early"] <= 5
    assert (enough["refused"], enough["failed"]) == (0, 0)
    assert too_few["refused"] > 0
    assert min(enough["answered"], too_few["answered"]) > 0


@pytest.mark.parametrize(
    ("watched", "missed"),
    [
        (ENOUGH, []),
        (replace(ENOUGH, early=149), ["200 allowed: most in progress within 20 s"]),
        (replace(ENOUGH, settled=(20, 149.0, 200)), ["200 allowed: median in progress afterwards"]),
        (TOO_FEW, []),
        (replace(TOO_FEW, settled=(50, 53.0, 60)), ["60 allowed: median in progress afterwards"]),
    ],
)
def test_many_must_be_under_way_at_a_provider_that_allows_them_and_nearly_all_at_one_that_allows_few(
    watched: Watched, missed: list[str]
) -> None:
    assert [row.what for row in judge(watched) if row.is_missed] == missed
