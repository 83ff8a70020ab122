"""Redis as the broker by CELERY_BROKER_URL alone."""

from pathlib import Path

import pytest

from tests.installation import Installation
from tests.services.binaries import wait_until

pytestmark = pytest.mark.redis


@pytest.fixture
def site(tmp_path: Path, redis_url: str) -> Installation:
    installation = Installation(tmp_path / "var", {"CELERY_BROKER_URL": redis_url})
    installation.load_demo()
    return installation


def test_a_worker_hears_over_redis_that_a_run_was_queued(site: Installation) -> None:
    site.simulate("--goals", "1", "--personas", "1", "--queue")
    with site.worker():
        wait_until(lambda: _finished(site) == 1, what="the worker has not found what was queued before it started")
        # Nothing but the message can tell it of more: no beat runs here.
        site.simulate("--goals", "2", "--personas", "3", "--queue")
        wait_until(lambda: _finished(site) == 4, what="the worker has not heard of the second run")
    assert not list((site.var_dir / "broker").glob("messages/*"))


def _finished(site: Installation) -> int:
    return site.count("simulation_simulation WHERE finished_at IS NOT NULL")
