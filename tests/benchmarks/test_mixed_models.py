"""The mixed-model benchmark runs at a small size."""

import json
import subprocess
import sys

from tests.installation import BASE_DIR


def test_it_runs_in_small() -> None:
    command = [sys.executable, "-m", "benchmarks.mixed_models", "--quick", "--json", "--repeats", "1"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["large_rows"] == 5000
    assert found["small"] > 0
    assert found["large"] > 0
    assert (found["lme4"] is None) == (found["share_of_lme4"] is None)
