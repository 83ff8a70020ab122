"""Choose an engine's configuration by measuring its speed on this machine."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import log2

import psutil

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp.batch import Row
from dialogue.backends.llama_cpp.configuration import Configuration, candidates
from dialogue.backends.llama_cpp.launch import Line, launch
from dialogue.backends.llama_cpp.memory import Plan
from dialogue.backends.llama_cpp.model_file import ModelFacts, load_weights
from dialogue.backends.llama_cpp.process import explain
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.schedule import PIECE
from dialogue.backends.llama_cpp.setup import Measure
from dialogue.model_config import ModelSpec

IN_FLIGHT = 16
"""Answers that are generated at once, in all processes together."""
_HISTORY = 2
"""Whole pieces in front of what is measured: about the middle of the paper's dialogues."""
_SHORT = 24
"""Tokens of a short piece, like a question in a dialogue; some kernels read such pieces far more slowly than whole ones."""
_GENERATED = 50
"""Tokens of an answer, about the paper's, to weigh reading and generating."""
_STEPS = 2
_BUDGET = 0.5
"""Seconds for each kernel after its history, in rounds; a large model gets one round."""
_WORTH_A_DOUBLING = 1.08
"""Twice as many processes are preferred unless fewer are faster by more than this."""
_ANY = 1


@dataclass(frozen=True, slots=True)
class Speed:
    """``seconds`` for an answer with its prompt, on average; ``generated`` tokens per second while nothing is read."""

    seconds: float
    generated: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A configuration with its speed, all processes together."""

    configuration: Configuration
    speed: Speed


def compare(spec: ModelSpec, facts: ModelFacts, plan: Plan) -> list[Measured]:
    """Return the possible configurations, the best first. Raises ModelMisconfigured if none works."""
    possible = candidates(spec, facts, plan, psutil.virtual_memory().available)
    refusals: list[ModelMisconfigured] = []
    found: list[Measured] = []
    for (processes, repack), group in groupby(sorted(possible, key=_loading), key=_loading):
        try:
            found += _measure_together(Measure(spec, plan, list(group), repack), processes)
        except ModelMisconfigured as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    return sorted(found, key=rank)


def rank(measured: Measured) -> float:
    """Return the seconds, discounted for more processes: they do not wait for each other at every step, so that other
    work on the machine slows them less than was measured."""
    discount: float = _WORTH_A_DOUBLING ** log2(measured.configuration.processes)
    return measured.speed.seconds / discount


def _loading(configuration: Configuration) -> tuple[int, bool]:
    """Return what can only be changed by loading the weights again."""
    return configuration.processes, configuration.repack


def _measure_together(setup: Measure, processes: int) -> list[Measured]:
    """Measure configurations that differ only in their kernel, in ``processes`` at once."""
    sequences = min(setup.plan.slots_of(processes), max(1, IN_FLIGHT // processes))
    shared = replace(setup, plan=replace(setup.plan, slots=sequences))
    lines = [launch(shared) for _ in range(processes)]
    try:
        speeds = [_receive(line, setup.spec.name) for line in lines]
    finally:
        for line in lines:
            line.close()
    return [
        Measured(each, _together(of)) for each, of in zip(setup.configurations, zip(*speeds, strict=True), strict=True)
    ]


def _receive(line: Line, name: str) -> list[Speed]:
    try:
        answer = line.receive()
    except EOFError as error:
        raise ModelMisconfigured(explain(line.close(), name)) from error
    if isinstance(answer, ModelMisconfigured):
        raise answer
    return list(answer)


def _together(speeds: Sequence[Speed]) -> Speed:
    return Speed(1 / sum(1 / speed.seconds for speed in speeds), sum(speed.generated for speed in speeds))


def measure(setup: Measure) -> list[Speed]:
    """Measure the speed of one process, in itself, with each configuration. Raises ModelMisconfigured.

    The kernels take turns, and the fastest of their rounds counts, so that other work on the machine matters little.
    """
    model = load_weights(setup.spec, repack=setup.repack)
    trials = [
        Trial(Runtime(model, setup.spec, setup.plan, each), setup.plan.slots, setup.plan.context)
        for each in setup.configurations
    ]
    for trial in trials:
        trial.prepare()
    started = time.perf_counter()
    while True:
        for trial in trials:
            trial.play_round()
        if time.perf_counter() - started > _BUDGET * len(trials):
            return [trial.speed for trial in trials]


class Trial:
    """Measures one runtime in rounds of one short piece and a few steps, after histories of equal length."""

    def __init__(self, runtime: Runtime, sequences: int, context: int) -> None:
        self._runtime = runtime
        self._sequences = sequences
        self._context = context
        self._history = 0
        self._piece = self._short = self._step = float("inf")

    @property
    def speed(self) -> Speed:
        """Return the speed in the fastest rounds."""
        generated = self._step / self._sequences
        return Speed(self._piece / 2 + self._short + _GENERATED * generated, 1 / generated)

    def prepare(self) -> None:
        """Read a history in every sequence. A model that reads slowly gets a short one."""
        self._read(1)  # the first step prepares what later ones reuse
        self._piece = self._read(_SHORT) * PIECE / _SHORT
        for _ in range(_HISTORY if self._piece < _BUDGET * 2 and self._context > 4 * PIECE else 0):
            self._piece = min(self._piece, self._read(PIECE))
        for sequence in range(1, self._sequences):
            self._runtime.copy(0, sequence)

    def play_round(self) -> None:
        """Read a short piece, generate, and forget both."""
        history = self._history
        self._short = min(self._short, self._read(_SHORT))
        self._forget([0], history)
        for step in range(_STEPS):
            rows = [Row(sequence, history + step, _ANY, True) for sequence in range(self._sequences)]
            self._step = min(self._step, self._time(rows))
        self._forget(range(self._sequences), history)

    def _read(self, count: int) -> float:
        """Read a piece in sequence 0. Return the seconds."""
        seconds = self._time([Row(0, self._history + index, _ANY, False) for index in range(count)])
        self._history += count
        return seconds

    def _time(self, rows: list[Row]) -> float:
        started = time.perf_counter()
        if self._runtime.read(rows):
            raise ModelMisconfigured("llama.cpp could not read a batch; the log says why.")
        return time.perf_counter() - started

    def _forget(self, sequences: Iterable[int], history: int) -> None:
        for sequence in sequences:
            self._runtime.cut(sequence, history)
        self._history = history
