"""The crowd benchmark at a small size: it runs, and everyone is served."""

import json
import subprocess
import sys

import pytest

from tests.installation import BASE_DIR


@pytest.mark.postgresql
@pytest.mark.redis
@pytest.mark.computes
def test_it_runs_in_small(postgresql_tables_url: str, redis_url: str) -> None:
    services = ["--database", postgresql_tables_url, "--redis", redis_url]
    command = [sys.executable, "-m", "benchmarks.crowd", "--quick", "--json", *services]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["participants"], found["evaluators"], found["web_processes"]) == (6, 3, 2)
    assert set(found["statuses"]) <= {"200", "302"}
    assert (found["messages"], found["judgements"]) == (12, 6)
    for waits in (found["storing"], found["pages"], found["submitting"]):
        assert 0 < waits["median"] <= waits["p95"] <= waits["worst"]
