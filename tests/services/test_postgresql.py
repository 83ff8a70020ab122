"""PostgreSQL needs only DATABASE_URL."""

import json
from pathlib import Path

import pytest

from tests.installation import BASE_DIR, Installation

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

REPEAT_STATEMENTS = """
from django.db import connection, transaction
from jobs.rows import update_row
from simulation.cells import CELLS

cell = CELLS.claim(CELLS.queued(), "a", 1)[0]
with transaction.atomic():
    for number in range(10):
        update_row(cell, failures=number)
        CELLS.has_open(cell.run)
with connection.cursor() as cursor:
    cursor.execute("SELECT statement FROM pg_prepared_statements")
    print("\\n".join(sorted(statement[:6] for statement, in cursor.fetchall())))
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


def test_a_guard_checks_on_postgresql_and_exports_leave_out_what_it_found_unsafe(site: Installation) -> None:
    site.simulate("--goals", "1", "--personas", "2")
    site.settings["MODELS_FILE"] = str(BASE_DIR / "tests" / "data" / "guard_models.toml")
    report = json.loads(site.manage("guard", "demo", "--model", "strict", "--json").stdout)
    assert (report["checked"], report["unsafe"]) == (2, 2)
    assert site.manage("export_dialogues", "demo").stdout == ""
    assert len(site.manage("export_dialogues", "demo", "--include-unsafe").stdout.splitlines()) == 2


def test_workers_that_claim_at_once_never_share_a_cell(site: Installation) -> None:
    site.simulate("--queue")
    claims: list[list[int]] = json.loads(site.evaluate(CLAIM_AT_ONCE))
    cells = [cell for taken in claims for cell in taken]
    assert len(cells) == len(set(cells)) == 200
    assert sum(bool(taken) for taken in claims) > 1


def test_statements_that_workers_repeat_are_planned_once(site: Installation) -> None:
    site.simulate("--queue")
    assert site.evaluate(REPEAT_STATEMENTS).split() == ["SELECT", "UPDATE"]
