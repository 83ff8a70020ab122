"""A real Celery worker that is stopped or killed in the middle of a run; the broker is a folder."""

import signal
from pathlib import Path

import pytest

from tests.installation import TURNS, Installation, kill_at_work
from tests.services.binaries import wait_until

pytestmark = pytest.mark.waits

PERSONAS = 8
CELLS = PERSONAS * 10


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path / "var")
    installation.load_demo()
    installation.simulate("--personas", str(PERSONAS), "--queue")
    return installation


@pytest.mark.timeout(600)
def test_after_kill_9_a_new_worker_completes_every_cell_once_and_loses_no_finished_turn(site: Installation) -> None:
    with site.worker() as worker:
        _wait_for_turns(site)
        kill_at_work(worker, lambda: _held(site) > 0)
    said = _turns(site)
    with site.worker():
        wait_until(lambda: _finished(site) == CELLS, seconds=200, what="the new worker has not completed the run")
    assert said <= _turns(site)
    assert site.count("collection_dialogue") == CELLS
    assert site.count("collection_turn") == CELLS * TURNS
    assert site.count("simulation_run WHERE state = 'finished'") == 1


def test_a_worker_that_is_asked_to_stop_gives_its_cells_back_within_seconds(site: Installation) -> None:
    with site.worker() as worker:
        _wait_for_turns(site)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert _held(site) == 0
    assert _finished(site) < CELLS
    assert "Traceback" not in site.log


def _wait_for_turns(site: Installation) -> None:
    wait_until(lambda: site.count("collection_turn") > 20, what="the worker has not begun")


def _turns(site: Installation) -> set[tuple[object, ...]]:
    return set(site.query("SELECT dialogue_id, position, utterance, response, created_at FROM collection_turn"))


def _finished(site: Installation) -> int:
    return site.count("simulation_simulation WHERE finished_at IS NOT NULL")


def _held(site: Installation) -> int:
    return site.count("simulation_simulation WHERE worker <> ''")
