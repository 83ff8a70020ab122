"""Benchmarks at their small size, which only checks that they run."""

import json
import os
from typing import Any

from tests.forks import run


def measure(benchmark: str, *options: str, timeout: float = 280) -> dict[str, Any]:
    """Run the benchmark in another process, where it must succeed, and return its figures."""
    command = ("-m", f"benchmarks.{benchmark}", "--quick", "--json", *options)
    done = run(*command, environment=os.environ, timeout=timeout)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
