"""Compare ways of running dialogues, measuring them in turns, and check that all of them did the same work."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil
from tqdm import tqdm

from benchmarks.bare import BareDecoding
from benchmarks.dialogues import Task
from benchmarks.random_llama import Precision, Shape, random_weights, write_gguf
from benchmarks.ways import Measured, OneAtATime, OurEngine, ProcessEach, Way, official_speaker, wrapper_speaker
from dialogue.backends.llama_cpp import load
from dialogue.backends.llama_cpp.choice import choose
from dialogue.backends.llama_cpp.configuration import candidates, cores
from dialogue.backends.llama_cpp.memory import plan_memory
from dialogue.backends.llama_cpp.model_file import read_facts
from dialogue.model_config import ModelSpec

OFFICIAL = "transformers, one at a time, whole history each turn"
IN_FLIGHT = (1, 8, 16)
BARE = (1, 16)
PRECISIONS: tuple[Precision, ...] = ("f16", "q8_0")


@dataclass(frozen=True)
class Result:
    """The medians of one way for dialogues of ``turns``, None if it crashed.

    ``times_official`` is the speed relative to the official code, compared within each repetition; ``inside`` is the share
    of the steps' time that was spent inside the library, and ``generating`` are the tokens per second without reading prompts.
    """

    turns: int
    way: str
    tokens_per_second: float | None
    times_official: float | None
    inside: float | None
    generating: float | None


@dataclass(frozen=True)
class Recipe:
    """A named way, and a function that loads it in a separate process."""

    name: str
    load: Callable[[], Way]


def recipes(shape: Shape, folder: Path) -> list[Recipe]:
    """Return all ways, beginning with transformers in float32, as the official code runs on a CPU."""
    weights = random_weights(shape)
    found = [Recipe(OFFICIAL, partial(_load_official, shape))]
    for precision in PRECISIONS:
        found += _native_recipes(write_gguf(folder / f"{precision}.gguf", shape, weights, precision), precision, shape)
    return found


def _native_recipes(path: Path, precision: Precision, shape: Shape) -> list[Recipe]:
    # A dialogue has two histories, one for each speaker.
    spec = ModelSpec(name=precision, backend="llama_cpp", file=path, context=shape.context, slots=2 * max(IN_FLIGHT))
    facts = read_facts(spec)
    plan = plan_memory(spec, facts)
    chosen = choose(spec, facts, plan, None).configuration
    fixed = spec.model_copy(
        update={"processes": chosen.processes, "flash_attention": chosen.flash_attention, "repack": chosen.repack}
    )
    wrapper = f"llama_cpp.Llama {precision}, one object per role, one at a time"
    each = f"llama_cpp.Llama {precision}, one object per role, a process per core"
    ours = {count: f"this engine {precision}, {count} in flight ({chosen.describe()})" for count in IN_FLIGHT}
    inexact = f"this engine {precision}, 1 in flight, exact = false"
    bare = {
        (count, way): f"decoding alone {precision}, {count} sequences ({way.describe()}{', chosen' * (way == chosen)})"
        for count in BARE
        for way in candidates(spec, facts, plan, psutil.virtual_memory().available)
        if way.processes <= count
    }
    return [
        Recipe(wrapper, partial(_load_wrapper, wrapper, path, shape, cores())),
        Recipe(each, partial(ProcessEach, each, partial(_load_wrapper, each, path, shape, 1), cores())),
        *(Recipe(name, partial(_load_ours, name, fixed, shape, count)) for count, name in ours.items()),
        Recipe(inexact, partial(_load_ours, inexact, fixed.model_copy(update={"exact": False}), shape, 1)),
        *(Recipe(name, partial(BareDecoding, name, spec, *way)) for way, name in bare.items()),
    ]


def _load_official(shape: Shape) -> Way:
    return OneAtATime(OFFICIAL, official_speaker(shape, random_weights(shape), cores()), shape.vocabulary)


def _load_wrapper(name: str, path: Path, shape: Shape, threads: int) -> Way:
    return OneAtATime(name, wrapper_speaker(path, shape, threads), shape.vocabulary)


def _load_ours(name: str, spec: ModelSpec, shape: Shape, in_flight: int) -> Way:
    return OurEngine(name, load(spec), shape.vocabulary, in_flight)


def compare(ways: Sequence[Recipe], task: Task, repeats: int) -> list[Result]:
    """Return medians of ``repeats`` measurements. The ways take turns, so that a busy machine slows all of them alike.

    Each measurement runs in a separate process, because idle threads of a library may spin and would slow the next
    measurement.
    """
    measured: dict[str, list[Measured]] = {way.name: [] for way in ways}
    with tqdm(total=repeats * len(ways), desc=f"{task.turns} turns", disable=None) as progress:
        for repetition in range(repeats):
            for way in ways:
                if found := _measure_alone(way, task, repetition):
                    measured[way.name].append(found)
                progress.update()
    _check_sizes(measured, task)
    return [_result(name, each, measured[OFFICIAL], task) for name, each in measured.items()]


def _measure_alone(way: Recipe, task: Task, repetition: int) -> Measured | None:
    """Return the measurement; None if the process crashed, as ``llama_cpp.Llama`` does where its library is miscompiled."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        try:
            return process.submit(_measure, way, task, repetition).result()
        except BrokenExecutor:
            return None


def _measure(way: Recipe, task: Task, repetition: int) -> Measured:
    return way.load().run(task, repetition)


def _check_sizes(measured: dict[str, list[Measured]], task: Task) -> None:
    """Assert that the prompts and replies of each dialogue had the same sizes in every way."""
    played = {play for each in measured.values() for one in each for play in one.played}
    numbers = {play.number for play in played}
    assert len(played) == len(numbers), f"the ways played different dialogues: {played}"
    assert all(list(play.completion_tokens) == task.lengths(play.number) for play in played)


def _result(name: str, each: list[Measured], official: list[Measured], task: Task) -> Result:
    if len(each) < len(official):
        return Result(task.turns, name, None, None, None, None)
    ratios = [one.tokens_per_second / base.tokens_per_second for one, base in zip(each, official, strict=True)]
    return Result(
        turns=task.turns,
        way=name,
        tokens_per_second=statistics.median(one.tokens_per_second for one in each),
        times_official=statistics.median(ratios),
        inside=_median(one.inside for one in each),
        generating=_median(one.generating for one in each),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
