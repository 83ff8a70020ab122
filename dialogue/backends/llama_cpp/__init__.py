"""Models in GGUF files, run by llama.cpp: many requests at once, each with a cache for its history."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from dialogue.backends import notes
from dialogue.backends.base import (
    LEAST_ROOM,
    BackendError,
    ContextFull,
    Health,
    Piece,
    Reply,
    Sampling,
    StreamingModel,
)
from dialogue.backends.chat_template import ChatTemplate, of_model
from dialogue.backends.llama_cpp.callers import Caller
from dialogue.backends.llama_cpp.choice import choose, known_choice
from dialogue.backends.llama_cpp.configuration import Configuration
from dialogue.backends.llama_cpp.counting import count_prompt
from dialogue.backends.llama_cpp.engines import Engines
from dialogue.backends.llama_cpp.library import llama
from dialogue.backends.llama_cpp.memory import Plan, plan_memory
from dialogue.backends.llama_cpp.model_file import chat_template, load_weights, own_sampling, own_template, read_facts
from dialogue.backends.llama_cpp.provenance import provenance
from dialogue.backends.llama_cpp.request import Request
from dialogue.backends.llama_cpp.setup import Serve
from dialogue.backends.llama_cpp.statistics import Statistics
from dialogue.backends.llama_cpp.vocabulary import Vocabulary
from dialogue.backends.self_reply_marks import find_marks
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

__all__ = [
    "LlamaCppModel",
    "Statistics",
    "count_prompt",
    "examine",
    "load",
    "measure",
    "needs_measuring",
    "own_sampling",
    "own_template",
    "provenance",
]


def load(spec: ModelSpec) -> "LlamaCppModel":
    """Return the loaded model. Raises ModelMisconfigured if it cannot run here.

    Its speed on this machine is measured first, unless that is noted.
    """
    facts = read_facts(spec)
    plan = plan_memory(spec, facts)
    return LlamaCppModel(spec, plan, choose(spec, facts, plan, notes.folder()).configuration)


def needs_measuring(spec: ModelSpec) -> bool:
    """Return whether ``measure`` would spare ``load`` a measurement. Raises ModelMisconfigured if it cannot run here."""
    facts = read_facts(spec)
    folder = notes.folder()
    return folder is not None and known_choice(spec, facts, plan_memory(spec, facts), folder) is None


def measure(spec: ModelSpec) -> None:
    """Measure how the model runs best on this machine, and note it. Raises ModelMisconfigured if it cannot run here."""
    facts = read_facts(spec)
    choose(spec, facts, plan_memory(spec, facts), notes.folder())


def examine(spec: ModelSpec) -> Health:
    """Return whether the model can run here, opening its file without reading weights. Raises ModelMisconfigured."""
    facts = read_facts(spec)
    plan = plan_memory(spec, facts)
    choice = known_choice(spec, facts, plan, notes.folder())
    engine = choice.describe() if choice else "Engine: chosen by measuring when the model is first used."
    room = f"{plan.slots} slots of {plan.context} tokens, {plan.memory / (1 << 30):.2f} GiB."
    return Health(True, f"{room} {engine}", plan.memory)


class LlamaCppModel(StreamingModel):
    """A ChatModel on top of engines. Unlike other models, it may be used from several event loops."""

    def __init__(self, spec: ModelSpec, plan: Plan, configuration: Configuration) -> None:
        self._name = spec.name
        self._plan = replace(plan, slots=plan.slots_of(configuration.processes))
        self.capacity = self._plan.slots * configuration.processes
        self.engine = configuration.describe()
        self._model = load_weights(spec, vocab_only=True)
        self._template = chat_template(self._model, spec)
        self._vocabulary = Vocabulary(self._model)
        marks = find_marks(self._own_template()) if spec.marks is None else spec.marks
        self._engines = Engines(Serve(spec, self._plan, configuration, tuple(marks)))
        self._numbers = itertools.count()
        self._using = Lock()
        self._is_closed = False

    @property
    def statistics(self) -> Statistics:
        """Return the engines' statistics so far."""
        return self._engines.statistics

    @property
    def processes(self) -> list[int]:
        """Return the IDs of the engines' processes."""
        return self._engines.pids

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        caller = Caller(self._request(messages, sampling, conversation), asyncio.get_running_loop())
        with self._open_vocabulary() as vocabulary:
            opened = vocabulary.opened_thought(self._template, messages, sampling.role)
        engine = self._engines.submit(caller)
        try:
            if opened:
                yield opened
            while True:
                delivery = await caller.deliveries.get()
                if isinstance(delivery, BackendError):
                    raise delivery
                yield delivery
                if isinstance(delivery, Reply):
                    return
        finally:
            engine.cancel(caller)

    def forget(self, conversation: str) -> None:
        self._engines.forget(conversation)

    def count_tokens(self, text: str) -> int:
        with self._open_vocabulary() as vocabulary:
            return len(vocabulary.tokenize(text))

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._engines.close()
        with self._using:
            if not self._is_closed:
                self._is_closed = True
                llama.llama_model_free(self._model)

    def _own_template(self) -> ChatTemplate:
        return self._vocabulary.template(self._template)

    @contextmanager
    def _open_vocabulary(self) -> Iterator[Vocabulary]:
        """Yield the vocabulary, which is not freed in the meantime. Raises BackendError if the model is closed."""
        with self._using:
            if self._is_closed:
                raise BackendError(f"Model {self._name!r} was closed. Open it again.")
            yield self._vocabulary

    def _request(self, messages: Sequence[Message], sampling: Sampling, conversation: str) -> Request:
        started = time.perf_counter()
        with self._open_vocabulary() as vocabulary, of_model(self._name):
            prompt = vocabulary.encode(self._template, messages, sampling.today, sampling.role)
        room = self._plan.context - len(prompt)
        if room < min(LEAST_ROOM, sampling.max_tokens):
            raise ContextFull(
                f"The prompt has {len(prompt)} tokens, and {self._name!r} has a context of {self._plan.context}."
                " Leave out the oldest turns or raise context."
            )
        capped = replace(sampling, max_tokens=min(sampling.max_tokens, room))
        return Request(next(self._numbers), prompt, capped, conversation, started)
