"""The scale benchmark at a small size: it runs, and it counts what workers did."""

import pytest
from django.db.models import F

from benchmarks.scale.goals import judge
from benchmarks.scale.rows import end_cells
from benchmarks.scale.site import TURNS
from simulation.models import Run
from simulation.progress import tally_runs
from tests.benchmarks.quick import measure
from tests.factories import make_run as make_factory_run


@pytest.mark.postgresql
@pytest.mark.redis
@pytest.mark.computes
@pytest.mark.timeout(600)
def test_it_runs_in_small() -> None:
    found = measure("scale", timeout=580)
    assert found["machine"]["cores"] > 0
    [speed] = found["workers"]
    assert speed["workers"] == 2
    assert speed["processor_seconds"] > 0
    played = found["turns"]
    assert 0 < played["turns"] <= TURNS["fast"] * played["cells"]
    assert min(played["worker_seconds"], played["database_seconds"], played["early_memory"], played["memory"]) > 0
    for sizes in (found["pages"], found["pages_on_sqlite"]):
        assert [size["cells"] for size in sizes] == [20]
        assert all(0 < size["ended"]["later"] <= size["ended"]["worst"] for size in sizes)
    assert found["pages_on_sqlite"][0]["played"]["database_seconds"] == 0


@pytest.mark.django_db
def test_its_ended_runs_look_as_if_workers_had_played_them() -> None:
    run = make_factory_run(seeds=(1, 2, 3), state=Run.State.RUNNING)
    gone = run.simulations.all()[4]
    gone.delete()  # so that the keys of cells and dialogues do not differ by the same number everywhere
    end_cells(run)
    tally = tally_runs([run])[run.pk]
    assert (tally.total, tally.done, tally.left) == (11, 11, 0)
    assert all(cell.dialogue and cell.dialogue.seed == cell.seed for cell in run.simulations.all())
    assert not run.simulations.exclude(ending=F("dialogue__ending")).exists()
    run.refresh_from_db()
    assert run.state == Run.State.FINISHED


def test_workers_are_compared_with_one_worker() -> None:
    speeds = [
        {"workers": count, "dialogues": dialogues, "seconds": 10.0, "processor_seconds": 1.0}
        for count, dialogues in ((1, 100), (2, 180), (4, 400))
    ]
    rows = {row.what: row for row in judge({"workers": speeds})}
    assert rows["1 worker: dialogues per hour"].figure == 36_000
    assert rows["2 workers: times one worker"].is_missed
    assert (rows["4 workers: times one worker"].figure, rows["4 workers: times one worker"].is_missed) == (4.0, False)


def size(cells: int, **figures: int) -> dict[str, object]:
    page = {"first": 0.2, "later": 0.1, "update": 0.01, "memory": figures["site"]}
    played = {"worker_seconds": 1.0, "database_seconds": 1.0, "turns": 1000, "memory": figures["worker"]}
    return {"cells": cells, "making": 1.0, "waiting": page, "ended": page | {"memory": 0}, "played": played}


def test_the_memory_of_a_large_run_is_compared_with_that_of_a_small_one() -> None:
    sizes = [size(1000, site=100_000_000, worker=120_000_000), size(100_000, site=111_000_000, worker=121_000_000)]
    rows = [row for row in judge({"pages": sizes}) if row.unit == "MB"]
    assert [(row.what.partition(": ")[2], row.figure, row.is_missed) for row in rows] == [
        ("site at 1,000 cells", 100.0, False),
        ("its growth until 100,000 cells", 11.0, True),
        ("worker at 1,000 cells", 120.0, False),
        ("its growth until 100,000 cells", 1.0, False),
    ]
