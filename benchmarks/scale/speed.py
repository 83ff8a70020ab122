"""Measure how dialogues per hour grow with workers, and what a turn costs outside the model. Needs Django set up."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from benchmarks.scale.processes import WORKER_LOG, database_process, memory, processor_seconds, work
from benchmarks.scale.rows import held, make_run, make_study, turns, wait_until
from benchmarks.scale.site import FAST, SLOW
from simulation.cells import CELLS
from simulation.models import Run
from simulation.services import queue_run

AT_ONCE = 16
"""Dialogues that a worker holds at once of a run with local models."""


@dataclass(frozen=True, slots=True)
class Speed:
    """The dialogues that a number of workers ended in some seconds, and the processor time of workers and database."""

    workers: int
    dialogues: int
    seconds: float
    processor_seconds: float


@dataclass(frozen=True, slots=True)
class Played:
    """The work of one worker on a run, and its memory in bytes after ``early`` dialogues and at the end."""

    cells: int
    dialogues: int
    turns: int
    seconds: float
    worker_seconds: float
    database_seconds: float
    early: int
    early_memory: int
    memory: int


def measure_workers(
    environment: Mapping[str, str], folder: Path, counts: Sequence[int], *, warm_up: float, seconds: float, cells: int
) -> list[Speed]:
    """Measure each number of workers for ``seconds`` seconds, on a run that is longer than all of them together."""
    run = make_run(make_study("workers", cells), SLOW, cells)
    return [_measure(environment, folder, run, count, warm_up, seconds) for count in counts]


def _measure(
    environment: Mapping[str, str], folder: Path, run: Run, count: int, warm_up: float, seconds: float
) -> Speed:
    with ExitStack() as stack:
        queue_run(run)
        workers = [stack.enter_context(work(environment, folder / WORKER_LOG)) for _ in range(count)]
        wait_until(lambda: held(run) >= AT_ONCE * count, run)
        sleep(warm_up)
        processes = (*workers, *database_process(environment))
        run.refresh_from_db()
        began, before, spent = perf_counter(), run.worked_dialogues, processor_seconds(*processes)
        sleep(seconds)
        run.refresh_from_db()
        speed = Speed(
            workers=count,
            dialogues=run.worked_dialogues - before,
            seconds=perf_counter() - began,
            processor_seconds=processor_seconds(*processes) - spent,
        )
        CELLS.pause(run)
    return speed


def measure_turns(environment: Mapping[str, str], folder: Path, cells: int, early: int) -> Played:
    """Let one worker play a whole run with a model that answers at once."""
    return play(environment, folder, make_run(make_study("turns", cells), FAST, cells), cells, early)


def play(environment: Mapping[str, str], folder: Path, run: Run, dialogues: int, early: int) -> Played:
    """Let one new worker play this many dialogues of the run, and stop it."""
    queue_run(run)
    with work(environment, folder / WORKER_LOG) as worker:
        wait_until(lambda: run.worked_dialogues > 0, run)
        database, turns_before, dialogues_before = database_process(environment), turns(run), run.worked_dialogues
        began, used, used_by_database = perf_counter(), processor_seconds(worker), processor_seconds(*database)
        wait_until(lambda: run.worked_dialogues >= early, run)
        early_memory = memory(worker)
        wait_until(lambda: run.worked_dialogues >= dialogues, run)
        played = Played(
            cells=run.simulations.count(),
            dialogues=run.worked_dialogues - dialogues_before,
            seconds=perf_counter() - began,
            worker_seconds=processor_seconds(worker) - used,
            database_seconds=processor_seconds(*database) - used_by_database,
            turns=turns(run) - turns_before,
            early=early,
            early_memory=early_memory,
            memory=memory(worker),
        )
        CELLS.pause(run)
    return played
