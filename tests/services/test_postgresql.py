"""PostgreSQL needs only DATABASE_URL."""

import json
from pathlib import Path

import pytest

from tests.installation import Installation

pytestmark = pytest.mark.postgresql

CLAIM_AT_ONCE = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from simulation.cells import CELLS

barrier = Barrier(4)

def claim(worker):
    barrier.wait()
    taken = []
    while cells := CELLS.claim(CELLS.queued(), worker, 3):
        taken += [cell.pk for cell in cells]
    connection.close()
    return taken

with ThreadPoolExecutor(4) as pool:
    print(json.dumps(list(pool.map(claim, "abcd"))))
"""


@pytest.fixture
def site(tmp_path: Path, postgresql_url: str) -> Installation:
    installation = Installation(tmp_path / "var", {"DATABASE_URL": postgresql_url})
    installation.load_demo()
    return installation


def test_the_demo_study_is_simulated_on_postgresql(site: Installation) -> None:
    report = json.loads(site.simulate("--goals", "1,4", "--personas", "3", "--json").stdout)
    assert report["dialogues"] == 6
    assert report["endings"] == {"goal_reached": 6}
    assert not (site.var_dir / "db.sqlite3").exists()


def test_workers_that_claim_at_once_never_share_a_cell(site: Installation) -> None:
    site.simulate("--queue")
    claims: list[list[int]] = json.loads(site.evaluate(CLAIM_AT_ONCE))
    cells = [cell for taken in claims for cell in taken]
    assert len(cells) == len(set(cells)) == 200
    assert sum(bool(taken) for taken in claims) > 1
