"""Models in GGUF files, run by llama.cpp: many requests at once, each with a cache for its history."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

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
from dialogue.backends.llama_cpp.engine import Engine
from dialogue.backends.llama_cpp.memory import Plan, plan_memory
from dialogue.backends.llama_cpp.model_file import chat_template, own_template, read_facts
from dialogue.backends.llama_cpp.provenance import provenance
from dialogue.backends.llama_cpp.request import Request
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.statistics import Statistics
from dialogue.backends.llama_cpp.vocabulary import Vocabulary
from dialogue.backends.self_reply_marks import find_marks
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

__all__ = ["LlamaCppModel", "Statistics", "examine", "load", "own_template", "provenance"]


def load(spec: ModelSpec) -> "LlamaCppModel":
    """Return the loaded model. Raises ModelMisconfigured if it cannot run here."""
    return LlamaCppModel(spec, plan_memory(spec, read_facts(spec)))


def examine(spec: ModelSpec) -> Health:
    """Return whether the model can run here, opening its file without reading weights. Raises ModelMisconfigured."""
    plan = plan_memory(spec, read_facts(spec))
    return Health(
        True, f"Ready: {plan.slots} slots of {plan.context} tokens, {plan.memory / (1 << 30):.2f} GiB.", plan.memory
    )


class LlamaCppModel(StreamingModel):
    """A ChatModel on top of an engine. Unlike other models, it may be used from several event loops."""

    def __init__(self, spec: ModelSpec, plan: Plan) -> None:
        self.capacity = plan.slots
        self._name = spec.name
        self._runtime = Runtime(spec, plan, spec.threads or _cores())
        self._template = chat_template(self._runtime.model, spec)
        self._vocabulary = Vocabulary(self._runtime.model)
        self._vocabulary.show(find_marks(self._own_template()) if spec.marks is None else spec.marks)
        self._engine = Engine(self._runtime, self._vocabulary, plan.slots)
        self._using = Lock()
        self._is_closed = False

    @property
    def statistics(self) -> Statistics:
        """Return the engine's statistics so far."""
        return self._engine.statistics

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        request = self._request(messages, sampling, conversation)
        with self._open_vocabulary() as vocabulary:
            opened = vocabulary.opened_thought(self._template, messages)
        self._engine.submit(request)
        try:
            if opened:
                yield opened
            while True:
                delivery = await request.deliveries.get()
                if isinstance(delivery, BackendError):
                    raise delivery
                yield delivery
                if isinstance(delivery, Reply):
                    return
        finally:
            request.is_cancelled = True

    def count_tokens(self, text: str) -> int:
        with self._open_vocabulary() as vocabulary:
            return len(vocabulary.tokenize(text))

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._engine.close()
        with self._using:
            if not self._is_closed:
                self._is_closed = True
                self._runtime.free()

    def _own_template(self) -> ChatTemplate:
        return ChatTemplate(self._template, self._vocabulary.bos_text, self._vocabulary.eos_text)

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
            prompt = vocabulary.encode(self._template, messages, sampling.today)
        room = self._runtime.context - len(prompt)
        if room < min(LEAST_ROOM, sampling.max_tokens):
            raise ContextFull(
                f"The prompt has {len(prompt)} tokens, and {self._name!r} has a context of {self._runtime.context}."
                " Leave out the oldest turns or raise context."
            )
        capped = replace(sampling, max_tokens=min(sampling.max_tokens, room))
        return Request(prompt, capped, conversation, started, asyncio.get_running_loop())


def _cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
