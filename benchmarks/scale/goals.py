"""The rows of the benchmark's table, and the goals that some of them must reach."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.figures import Row

_MEGABYTE = 1_000_000
LEAST_GAIN = {2: 1.9, 4: 3.6}
"""How many times the dialogues per hour of one worker that many workers must reach."""
MOST_MS_PER_TURN = 5.0
MOST_SECONDS_TO_MAKE = 20.0
MOST_SECONDS_TO_OPEN = 0.3
MOST_GROWTH = 10.0
"""Megabytes by which a process may differ between a small and a large run."""


def judge(found: Mapping[str, Any]) -> list[Row]:
    """Return the rows of the table for what was measured."""
    return [
        *_workers(found.get("workers", ())),
        *(_turns(found["turns"]) if "turns" in found else ()),
        *_sizes(found.get("pages", ()), "PostgreSQL"),
        *_sizes(found.get("pages_on_sqlite", ()), "SQLite"),
    ]


def _workers(speeds: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    rates = [(one["workers"], 3600 * one["dialogues"] / one["seconds"], one) for one in speeds]
    for workers, rate, one in rates:
        name = f"{workers} worker{'' if workers == 1 else 's'}"
        yield Row(f"{name}: dialogues per hour", rate)
        if workers in LEAST_GAIN:
            yield Row(f"{name}: times one worker", rate / rates[0][1], "x", least=LEAST_GAIN[workers])
        yield Row(f"{name}: cores in use", one["processor_seconds"] / one["seconds"])


def _turns(played: Mapping[str, Any]) -> Iterator[Row]:
    name = f"{played['cells']:,} cells"
    yield Row(f"{name}: processor time per turn", _ms_per_turn(played), "ms", most=MOST_MS_PER_TURN)
    yield Row(f"{name}: of which the worker", 1000 * played["worker_seconds"] / played["turns"], "ms")
    yield Row(f"{name}: turns per second of one worker", played["turns"] / played["seconds"])
    yield Row(f"{name}: worker after {played['early']:,} dialogues", played["early_memory"] / _MEGABYTE, "MB")
    growth = (played["memory"] - played["early_memory"]) / _MEGABYTE
    yield Row(f"{name}: its growth until the last", growth, "MB", most=MOST_GROWTH)


def _sizes(sizes: Sequence[Mapping[str, Any]], database: str) -> Iterator[Row]:
    for size in sizes:
        name = f"{database}, {size['cells']:,} cells"
        yield Row(f"{name}: made in", size["making"], "s", most=MOST_SECONDS_TO_MAKE)
        for when in ("waiting", "ended"):
            page = size[when]
            yield Row(f"{name}, {when}: page, first time", 1000 * page["first"], "ms", most=1000 * MOST_SECONDS_TO_OPEN)
            yield Row(f"{name}, {when}: page, later", 1000 * page["later"], "ms", most=1000 * MOST_SECONDS_TO_OPEN)
            yield Row(f"{name}, {when}: page, update", 1000 * page["update"], "ms")
        yield Row(f"{name}: processor time per turn", _ms_per_turn(size["played"]), "ms")
    if len(sizes) > 1:
        for process, memory in (("site", _site_memory), ("worker", _worker_memory)):
            growth = (memory(sizes[-1]) - memory(sizes[0])) / _MEGABYTE
            yield Row(f"{database}: {process} at {sizes[0]['cells']:,} cells", memory(sizes[0]) / _MEGABYTE, "MB")
            yield Row(f"{database}: its growth until {sizes[-1]['cells']:,} cells", growth, "MB", most=MOST_GROWTH)


def _ms_per_turn(played: Mapping[str, Any]) -> float:
    return float(1000 * (played["worker_seconds"] + played["database_seconds"]) / played["turns"])


def _site_memory(size: Mapping[str, Any]) -> float:
    return float(max(size["waiting"]["memory"], size["ended"]["memory"]))


def _worker_memory(size: Mapping[str, Any]) -> float:
    return float(size["played"]["memory"])
