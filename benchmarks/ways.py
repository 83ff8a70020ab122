"""Ways to run dialogues with one model on a CPU, all with greedy decoding and the same histories."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from benchmarks.dialogues import Played, Speak, Spoken, Task, play_all
from benchmarks.random_llama import Shape, Weights, transformers_model, transformers_tokenizer
from benchmarks.vocabulary import CHAT_TEMPLATE, CONTROL_TOKENS, Syllables
from dialogue.backends.base import Sampling
from dialogue.backends.chat_template import ChatTemplate, render
from dialogue.backends.llama_cpp import LlamaCppModel, Statistics
from dialogue.messages import Message


@dataclass(frozen=True)
class Measured:
    """One measurement: generated tokens per second, and the sizes of the dialogues, for comparison.

    ``inside`` is the share of the steps' time that was spent in the library, and ``generating`` the tokens per second without
    the reading of prompts.
    """

    tokens_per_second: float
    played: tuple[Played, ...] = ()
    inside: float | None = None
    generating: float | None = None


class Way(Protocol):
    """A named way to measure. It is loaded once; each ``run`` is one measurement."""

    name: str

    def run(self, task: Task, repetition: int) -> Measured: ...


class OneAtATime:
    """Play one dialogue after another with ``speak``; their costs do not depend on each other."""

    def __init__(self, name: str, speak: Speak, vocabulary: Syllables, dialogues: int = 2) -> None:
        self.name = name
        self._speak = speak
        self._vocabulary = vocabulary
        self._dialogues = dialogues

    def run(self, task: Task, repetition: int) -> Measured:
        started = time.perf_counter()
        played = [
            play
            for number in range(self._dialogues)
            for play in asyncio.run(play_all(self._speak, task, self._vocabulary, repetition, [number]))
        ]
        return _measured(played, time.perf_counter() - started)


class ProcessEach:
    """Play one dialogue after another in each of several processes at once."""

    def __init__(self, name: str, load: Callable[[], Way], processes: int) -> None:
        self.name = name
        self._load = load
        self._processes = processes

    def run(self, task: Task, repetition: int) -> Measured:
        with ProcessPoolExecutor(self._processes, get_context("spawn")) as pool:
            each = list(pool.map(_load_and_run, [self._load] * self._processes, [task] * self._processes))
        return Measured(sum(one.tokens_per_second for one in each), each[0].played)


def _load_and_run(load: Callable[[], Way], task: Task) -> Measured:
    return load().run(task, 0)


def official_speaker(shape: Shape, weights: Weights, threads: int) -> Speak:
    """Load transformers as the official code uses it: ``generate`` over the whole history each turn, one at a time."""
    import torch

    torch.set_num_threads(threads)
    model, tokenizer = transformers_model(shape, weights), transformers_tokenizer(shape.vocabulary)

    async def speak(messages: Sequence[Message], _: str, tokens: int) -> Spoken:
        history = [{"role": message.role, "content": message.content} for message in messages]
        prompt = tokenizer.apply_chat_template(history, return_tensors="pt", return_dict=True)
        output = model.generate(**prompt, max_new_tokens=tokens, do_sample=False)[0]
        new = output[prompt["input_ids"].shape[1] :]
        return Spoken(tokenizer.decode(new).strip(), prompt["input_ids"].shape[1], len(new))

    return speak


def wrapper_speaker(path: Path, shape: Shape, threads: int) -> Speak:
    """Load ``llama_cpp.Llama`` with one object per speaker, so that each keeps its cache from turn to turn."""
    from llama_cpp import Llama

    settings: dict[str, Any] = {"n_ctx": shape.context, "n_threads": threads, "n_threads_batch": threads}
    speakers = {speaker: Llama(str(path), **settings, verbose=False) for speaker in ("inquirer", "responder")}

    async def speak(messages: Sequence[Message], conversation: str, tokens: int) -> Spoken:
        llama = speakers[conversation.rsplit("-", 1)[1]]
        prompt = llama.tokenize(_rendered(messages).encode(), add_bos=False, special=True)
        output: Any = llama.create_completion(
            prompt, max_tokens=tokens, temperature=0, top_k=0, top_p=1, min_p=0, repeat_penalty=1
        )
        usage = output["usage"]
        return Spoken(output["choices"][0]["text"].strip(), usage["prompt_tokens"], usage["completion_tokens"])

    return speak


def _rendered(messages: Sequence[Message]) -> str:
    begin, end, *_ = CONTROL_TOKENS
    parts = render(ChatTemplate(CHAT_TEMPLATE, begin, end), messages, control_tokens=CONTROL_TOKENS)
    return "".join(part.text for part in parts)


class OurEngine:
    """The llama_cpp backend with ``in_flight`` dialogues at once."""

    def __init__(self, name: str, model: LlamaCppModel, vocabulary: Syllables, in_flight: int) -> None:
        self.name = name
        self._model = model
        self._vocabulary = vocabulary
        self._dialogues = max(2, in_flight)
        self._in_flight = in_flight

    def run(self, task: Task, repetition: int) -> Measured:
        before, started = self._model.statistics, time.perf_counter()
        played = asyncio.run(self._play(task, 100 * self._in_flight + repetition))
        measured = _measured(played, time.perf_counter() - started)
        after = self._model.statistics
        return replace(measured, inside=_inside(before, after), generating=self._generating(before, after))

    def _generating(self, before: Statistics, after: Statistics) -> float:
        """Return the tokens per second of all processes during the steps in which they generate."""
        seconds = (after.speaking_seconds - before.speaking_seconds) / len(self._model.processes)
        return (after.generated_tokens - before.generated_tokens) / seconds

    async def _play(self, task: Task, repetition: int) -> list[Played]:
        async def speak(messages: Sequence[Message], conversation: str, tokens: int) -> Spoken:
            sampling = Sampling(temperature=0, max_tokens=tokens)
            reply = await self._model.reply(messages, sampling, conversation=conversation)
            assert reply.prompt_tokens is not None and reply.completion_tokens is not None, (
                "the engine counts its tokens"
            )
            return Spoken(reply.text.strip(), reply.prompt_tokens, reply.completion_tokens)

        played: list[Played] = []
        for start in range(0, self._dialogues, self._in_flight):
            numbers = range(start, start + self._in_flight)
            played += await play_all(speak, task, self._vocabulary, repetition, numbers)
        return played


def _measured(played: list[Played], seconds: float) -> Measured:
    generated = sum(sum(play.completion_tokens) for play in played)
    return Measured(generated / seconds, tuple(played))


def _inside(before: Statistics, after: Statistics) -> float:
    return (after.library_seconds - before.library_seconds) / (after.step_seconds - before.step_seconds)
