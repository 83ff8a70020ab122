"""Shared parts of the llama.cpp backend's tests: a model's description, a prompt, waiting for the engine."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dialogue.backends.base import BackendError, Reply, Sampling
from dialogue.backends.llama_cpp import LlamaCppModel, load
from dialogue.backends.llama_cpp.batching import Batcher
from dialogue.backends.llama_cpp.configuration import Configuration
from dialogue.backends.llama_cpp.library import llama
from dialogue.backends.llama_cpp.memory import plan_memory
from dialogue.backends.llama_cpp.model_file import chat_template, load_weights, read_facts
from dialogue.backends.llama_cpp.pace import Pace
from dialogue.backends.llama_cpp.request import Delivery, Request
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.vocabulary import Vocabulary
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

GREEDY = Sampling(temperature=0, max_tokens=24)
Asked = tuple[str, str | list[Message]]
"""A conversation's name, and its history, which may be a single text."""


def described(path: Path, **changes: Any) -> ModelSpec:
    """Return the description of a small engine for the model in ``path``."""
    settings = {
        "slots": 4,
        "context": 512,
        "threads": 1,
        "processes": 1,
        "flash_attention": False,
        "repack": True,
    } | changes
    return ModelSpec(name="random", backend="llama_cpp", file=path, **settings)


@contextmanager
def running(spec: ModelSpec) -> Iterator[LlamaCppModel]:
    """Yield a model that tests may share: its process imports the library, which takes longer than most of them."""
    model = load(spec)
    yield model
    asyncio.run(model.close())


class Steps:
    """An engine's parts in this process, so that a test decides which requests share steps."""

    def __init__(self, spec: ModelSpec, model: int) -> None:
        self.runtime = Runtime(
            model, spec, plan_memory(spec, read_facts(spec)), Configuration(1, 1, spec.flash_attention)
        )
        self._template = chat_template(model, spec)
        self._vocabulary = Vocabulary(model)
        self.batcher = Batcher(self.runtime, self._vocabulary, spec.slots or 1, Pace(1), self._deliver)
        self._numbers = itertools.count()
        self._delivered: defaultdict[int, list[Delivery]] = defaultdict(list)

    def answer(self, *asked: Asked, sampling: Sampling = GREEDY) -> list[Reply | BackendError]:
        """Answer what is asked in the same steps. Return how each ended."""
        return [self.finish(request) for request in self.admit(*asked, sampling=sampling)]

    def admit(self, *asked: Asked, sampling: Sampling = GREEDY) -> list[Request]:
        """Give each a slot."""
        requests = [self._request(conversation, history, sampling) for conversation, history in asked]
        assert all(self.batcher.admit(request) for request in requests)
        return requests

    def finish(self, request: Request) -> Reply | BackendError:
        """Go on until nothing is left to do. Return how the request ended."""
        while self.batcher.is_busy:
            self.batcher.speak()
            self.batcher.listen()
        end = self._delivered[request.number][-1]
        assert not isinstance(end, str)
        return end

    def _request(self, conversation: str, history: str | list[Message], sampling: Sampling) -> Request:
        messages = said(history) if isinstance(history, str) else history
        prompt = self._vocabulary.encode(self._template, messages)
        return Request(next(self._numbers), prompt, sampling, conversation, time.perf_counter())

    def _deliver(self, request: Request, delivery: Delivery) -> None:
        self._delivered[request.number].append(delivery)


@contextmanager
def stepping(spec: ModelSpec) -> Iterator[Steps]:
    """Yield the parts of an engine for ``spec``, loaded in this process."""
    model = load_weights(spec)
    steps = Steps(spec, model)
    yield steps
    steps.runtime.free()
    llama.llama_model_free(model)


def texts(ends: "list[Reply | BackendError]") -> list[str]:
    """Return the texts of complete answers."""
    return [end.text for end in ends if isinstance(end, Reply)]


def said(text: str) -> list[Message]:
    """Return a history of one message."""
    return [Message("user", text)]


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for an effect of another thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.001)
