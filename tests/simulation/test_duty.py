"""Who in a process works with models."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from dialogue.backends import registry
from dialogue.model_config import ModelSpec
from simulation.duty import Duty, is_stopping

SPEC = ModelSpec(name="scripted", backend="scripted", replies=("Hi.",))


@pytest.fixture(autouse=True)
def nobody_stops() -> Iterator[None]:
    yield
    is_stopping.clear()


def in_background(duty: Duty, told: list[bool], go: Event) -> Thread:
    """Somebody who takes the duty, writes down whether it is theirs, and keeps it until ``go``."""

    def take() -> None:
        with duty.take() as is_ours:
            told.append(is_ours)
            go.wait(10)

    thread = Thread(target=take)
    thread.start()
    return thread


def test_who_comes_while_somebody_is_at_it_has_nothing_to_do() -> None:
    duty = Duty()
    with duty.take() as first, duty.take() as second:
        assert (first, second) == (True, False)
    with duty.take() as again:
        assert again


def test_different_kinds_of_work_wait_for_each_other_and_keep_their_models() -> None:
    told, go = list[bool](), Event()
    go.set()
    with Duty().take():
        model = registry.open_model(SPEC)
        waiting = in_background(Duty(), told, go)
        waiting.join(0.2)
        assert told == []
        assert registry.open_model(SPEC) is model
    waiting.join(10)
    assert told == [True]
    assert registry.open_model(SPEC) is not model


def test_who_waits_when_the_process_is_to_stop_waits_no_longer() -> None:
    told, done = list[bool](), Event()
    with Duty().take():
        waiting = in_background(Duty(), told, done)
        is_stopping.set()
        while not told:
            waiting.join(0.05)
    done.set()
    assert told == [False]


def test_work_that_fails_is_over() -> None:
    duty = Duty()
    with pytest.raises(RuntimeError), duty.take():
        raise RuntimeError("Broken.")
    with duty.take() as is_ours:
        assert is_ours
