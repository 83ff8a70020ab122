"""Studies that are simulated without further processes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from analysis.statistics import power_simulation


@pytest.fixture
def without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute on threads, where a test asks nothing about processes: each imports the statistics for two seconds."""
    monkeypatch.setattr(power_simulation, "study_pool", ThreadPoolExecutor)
