"""Decoding alone, without prompts, sampling and messages: what a configuration can reach."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

from benchmarks.dialogues import Task
from benchmarks.ways import Measured
from dialogue.backends.llama_cpp.batch import Row
from dialogue.backends.llama_cpp.configuration import Configuration
from dialogue.backends.llama_cpp.launch import engine_environment
from dialogue.backends.llama_cpp.memory import Plan, plan_memory
from dialogue.backends.llama_cpp.model_file import load_weights, read_facts
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.model_config import ModelSpec

_CHUNK = 100

_meeting: Barrier | None = None


def _join(meeting: Barrier) -> None:
    """Let this process begin when all do."""
    global _meeting  # noqa: PLW0603 # a barrier can only be inherited, not sent with a call
    _meeting = meeting


class BareDecoding:
    """``in_flight`` sequences read one token per step, at half the depth of the task, in as many processes as configured."""

    def __init__(self, name: str, spec: ModelSpec, in_flight: int, configuration: Configuration) -> None:
        self.name = name
        self._spec = spec
        self._in_flight = in_flight
        self._configuration = configuration

    def run(self, task: Task, repetition: int) -> Measured:
        os.environ.update(engine_environment())
        processes = min(self._configuration.processes, self._in_flight)
        sequences = self._in_flight // processes
        decode = partial(_decode, self._spec, self._configuration, sequences, task)
        context = get_context("spawn")
        with ProcessPoolExecutor(processes, context, _join, (context.Barrier(processes),)) as pool:
            spans = list(pool.map(decode, range(processes)))
        return Measured(sum(sequences * task.longest / seconds for seconds in spans))


def _decode(spec: ModelSpec, configuration: Configuration, sequences: int, task: Task, _process: int) -> float:
    """Return the seconds for the task's longest reply in each of the sequences."""
    plan = plan_memory(spec.model_copy(update={"slots": sequences}), read_facts(spec))
    model = load_weights(spec, repack=configuration.repack)
    runtime = Runtime(model, spec, plan, configuration)
    depth = _fill(runtime, plan, task)
    if _meeting:
        _meeting.wait()
    started = time.perf_counter()
    for position in range(depth, depth + task.longest):
        _require(runtime.read([Row(number, position, 5, is_last=True) for number in range(sequences)]))
    return time.perf_counter() - started


def _fill(runtime: Runtime, plan: Plan, task: Task) -> int:
    """Fill every sequence with half of its final tokens. Return their number."""
    depth = (task.opening_words + task.turns * task.forward_words + task.tokens) // 2
    for start in range(0, depth, _CHUNK):
        positions = range(start, min(start + _CHUNK, depth))
        _require(runtime.read([Row(0, position, 5, is_last=False) for position in positions]))
    for sequence in range(1, plan.slots):
        runtime.copy(0, sequence)
    return depth


def _require(code: int) -> None:
    assert code == 0, f"llama_decode returned {code}"
