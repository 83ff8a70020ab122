"""A device that runs out of memory: the engine continues with fewer answers at once, and loses none."""

import time
import weakref
from contextlib import closing
from queue import SimpleQueue
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from dialogue.backends.base import BackendError, Sampling
from dialogue.backends.transformers.engine import Answer, Engine, Event
from dialogue.backends.transformers.sampling import Dice
from tests.dialogue.backends.random_folders import WORDS, write_folder

LENGTH = 12
PROMPTS = [[(7 * row + place) % 400 for place in range(3 + 5 * row)] for row in range(8)]


class SmallDevice:
    """A model on a device whose memory holds at most so many rows, from its step number ``since`` on, and for which the next
    ``failures`` steps are too large in any case."""

    def __init__(self, model: Any, most: int, since: int = 0) -> None:
        self.device = model.device
        self.most = most
        self.failures = 0
        self.rows: list[int] = []
        self._model = model
        self._since = since

    def __call__(self, **inputs: Any) -> Any:
        self.rows.append(len(inputs["input_ids"]))
        self.failures -= 1
        if self.failures >= 0 or (len(self.rows) > self._since and self.rows[-1] > self.most):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return self._model(**inputs)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return AutoModelForCausalLM.from_pretrained(write_folder(tmp_path_factory.mktemp("models") / "words", WORDS))


def on(device: SmallDevice) -> Engine:
    return Engine(device, name="tiny", ends=frozenset(), slots=len(PROMPTS))


def ask(engine: Engine, number: int, conversation: str = "") -> SimpleQueue[Event]:
    events: SimpleQueue[Event] = SimpleQueue()
    dice = Dice.of(Sampling(seed=number))
    engine.submit(Answer(list(PROMPTS[number]), dice, LENGTH, conversation, events.put))
    return events


def told(events: SimpleQueue[Event]) -> list[Event]:
    """Return everything that the owner of an answer receives."""
    received = [events.get(timeout=30)]
    while isinstance(received[-1], int):
        received.append(events.get(timeout=30))
    return received


def answers(engine: Engine) -> list[list[Event]]:
    """Ask for all answers at once and return what their owners receive."""
    return [told(events) for events in [ask(engine, number) for number in range(len(PROMPTS))]]


@pytest.mark.parametrize("since", [0, 9])
def test_every_answer_is_complete_and_the_same_although_memory_runs_out(model: Any, since: int) -> None:
    with closing(on(SmallDevice(model, len(PROMPTS)))) as engine:
        expected = answers(engine)
    small = SmallDevice(model, 3, since)
    with closing(on(small)) as engine:
        assert answers(engine) == expected
    assert max(small.rows) > 3, "memory never ran out"
    assert all(len(received) == LENGTH + 1 and received[-1] == "length" for received in expected)


def test_the_number_of_answers_at_once_is_halved_until_it_fits_and_stays_so(model: Any) -> None:
    small = SmallDevice(model, 3)
    with closing(on(small)) as engine:
        answers(engine)
        assert engine.slots <= 3
        small.rows.clear()
        answers(engine)
    assert max(small.rows) <= 3


def test_a_request_that_does_not_fit_even_alone_is_one_sentence_and_the_next_one_is_tried(model: Any) -> None:
    small = SmallDevice(model, 0)
    with closing(on(small)) as engine:
        [error] = told(ask(engine, 1))
        small.most = 1
        assert told(ask(engine, 2))[-1] == "length"
    assert isinstance(error, BackendError)
    assert str(error) == (
        "Model 'tiny' ran out of memory with a single request of 8 tokens. Lower its `context`, or use a smaller model or a "
        "device with more memory."
    )


@pytest.mark.parametrize("most", [0, 1], ids=["fails", "ends"])
def test_an_answer_that_was_tried_alone_is_forgotten_when_it_ends(model: Any, most: int) -> None:
    small = SmallDevice(model, most)
    small.failures = 1
    with closing(on(small)) as engine:
        events = ask(engine, 1)
        assert isinstance(told(events)[-1], BackendError) == (most == 0)
        owner = weakref.ref(events)
        del events
        patience = time.monotonic() + 20
        while owner() and time.monotonic() < patience:
            time.sleep(0.01)
        assert owner() is None


def test_kept_histories_give_way_to_a_request(model: Any) -> None:
    small = SmallDevice(model, len(PROMPTS))
    with closing(on(small)) as engine:
        for number in range(5):
            told(ask(engine, number, conversation=f"c{number}"))
        small.failures = 1
        assert told(ask(engine, 5))[-1] == "length"
        assert engine.slots == (5 + 1) // 2
