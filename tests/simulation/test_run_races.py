"""A run is cancelled while a worker finishes one of its cells, on either database."""

import json

import pytest

from tests.installation import Installation

RACE = """
import json
from threading import Event
from django.db import transaction
from django.utils import timezone
from simulation.cells import CELLS
from simulation.models import Run
from simulation.services import cancel_run
from tests.factories import make_dialogue, make_run
from tests.racing import at_once

run = make_run(state=Run.State.RUNNING)
make_dialogue(run.simulations.all()[0])
run.simulations.update(finished_at=None, ending="")
[cell] = CELLS.claim(run.simulations.all(), "worker", 1)
held, cancelled = Event(), Event()

def finish():
    with transaction.atomic():
        CELLS.hold(cell, "worker")
        held.set()
        cancelled.wait(1)
        CELLS.finish(cell, "worker", timezone.now())
    return "finished"

def cancel():
    held.wait()
    cancel_run(Run.objects.get(pk=run.pk))
    cancelled.set()
    return "cancelled"

told = at_once(lambda work: work(), (finish, cancel))
open_cells = run.simulations.filter(finished_at=None, is_cancelled=False).count()
print(json.dumps({"told": told, "state": Run.objects.get(pk=run.pk).state, "open": open_cells}))
"""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_run_can_be_cancelled_while_a_worker_finishes_a_cell(
    database: str, installation: Installation, request: pytest.FixtureRequest
) -> None:
    if database == "postgresql":
        installation.settings["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    installation.migrate()
    assert json.loads(installation.evaluate(RACE)) == {
        "told": ["finished", "cancelled"],
        "state": "cancelled",
        "open": 0,
    }
