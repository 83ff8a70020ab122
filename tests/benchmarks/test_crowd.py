"""The crowd benchmark at a small size: it runs, and everyone is served."""

import pytest

from tests.benchmarks.quick import measure


@pytest.mark.postgresql
@pytest.mark.redis
@pytest.mark.computes
def test_it_runs_in_small(postgresql_tables_url: str, redis_url: str) -> None:
    services = ["--database", postgresql_tables_url, "--redis", redis_url]
    found = measure("crowd", *services)
    assert (found["participants"], found["evaluators"], found["web_processes"]) == (6, 3, 2)
    assert set(found["statuses"]) <= {"200", "302"}
    assert (found["messages"], found["judgements"]) == (12, 6)
    for waits in (found["storing"], found["pages"], found["submitting"]):
        assert 0 < waits["median"] <= waits["p95"] <= waits["worst"]
