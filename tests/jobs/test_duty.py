"""Duties of a process: one worker per queue, and one queue with models at a time."""

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest

from analysis.study.reports import REPORTS
from dialogue.backends import registry
from dialogue.model_config import ModelSpec
from evaluation.judges.judge_runs import MODEL_JUDGEMENTS
from jobs.queues import Queue
from jobs.tasks import Duty, Process, is_stopping
from jobs.workers import Worker
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from tests.services.binaries import wait_until
from tests.simulation.scripts import make_worker as make_scripted_worker

SPEC = ModelSpec(name="scripted", backend="scripted", replies=("Hi.",))


@pytest.fixture(autouse=True)
def nobody_stops() -> Iterator[None]:
    yield
    is_stopping.clear()


def make_duty(queue: Queue[Any], act: Callable[[], object]) -> Duty:
    """Return a duty that only calls ``act`` when its worker is created, and then has nothing to do."""

    class NothingToDo(Exception):
        pass

    def make_worker() -> Worker[Any]:
        act()
        raise NothingToDo

    class Quiet(Duty):
        def work_off(self) -> None:
            try:
                super().work_off()
            except NothingToDo:
                return

    return Quiet(queue, make_worker)


def test_a_message_about_work_that_is_being_done_already_has_no_effect() -> None:
    begun = list[None]()

    def begin() -> None:
        begun.append(None)
        if len(begun) == 1:
            duty.work_off()

    duty = make_duty(CELLS, begin)
    duty.work_off()
    assert len(begun) == 1
    duty.work_off()
    assert len(begun) == 2, "work that failed is over"


def test_queues_with_models_wait_for_each_other_and_each_loads_its_own() -> None:
    opened, go = list[object](), Event()

    def hold() -> None:
        opened.append(registry.open_model(SPEC))
        go.wait(10)
        assert registry.open_model(SPEC) is opened[0]

    first = Thread(target=make_duty(CELLS, hold).work_off)
    first.start()
    wait_until(lambda: len(opened) == 1, what="the first has not begun")
    second = Thread(target=make_duty(MODEL_JUDGEMENTS, lambda: opened.append(registry.open_model(SPEC))).work_off)
    second.start()
    second.join(0.2)
    assert len(opened) == 1
    go.set()
    for thread in (first, second):
        thread.join(10)
    assert len(opened) == 2
    assert opened[0] is not opened[1]


def test_work_that_ends_while_it_is_described_is_described_once() -> None:
    worker = make_scripted_worker()
    worker.in_hand[1] = Simulation(run=Run(inquirer="a", responder="b", configuration={}))

    class Ending(Duty):
        """A duty whose worker ends as soon as it has been looked at."""

        def __getattribute__(self, name: str) -> Any:
            found = super().__getattribute__(name)
            if name == "worker":
                self.worker = None
            return found

    duty = Ending(CELLS, make_scripted_worker)
    duty.worker = worker
    process = Process(duties=[duty])
    assert process.describe_work() == "Inquirer a, responder b (1)"
    assert process.describe_work() == ""


def test_computing_does_not_wait_for_models() -> None:
    computed = list[None]()
    make_duty(CELLS, make_duty(REPORTS, lambda: computed.append(None)).work_off).work_off()
    assert computed


def test_who_waits_for_models_when_the_process_is_to_stop_waits_no_longer() -> None:
    begun = list[None]()

    def stop() -> None:
        waiting = Thread(target=make_duty(MODEL_JUDGEMENTS, lambda: begun.append(None)).work_off)
        waiting.start()
        is_stopping.set()
        waiting.join(10)
        assert not waiting.is_alive()

    make_duty(CELLS, stop).work_off()
    assert not begun
