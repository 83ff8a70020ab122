"""The mixed-model benchmark runs at a small size."""

from tests.benchmarks.quick import measure


def test_it_runs_in_small() -> None:
    found = measure("mixed_models", "--repeats", "1")
    assert found["large_rows"] == 5000
    assert found["small"] > 0
    assert found["large"] > 0
    assert (found["lme4"] is None) == (found["share_of_lme4"] is None)
