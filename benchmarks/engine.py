"""Measure how fast dialogues run on a few cores, with the engine, the official code's way and others.

python -m benchmarks.engine [--json] [--quick] [--turns 4 12] [--repeats 3] [--threads 2]

The benchmark creates a model with random weights. Every way plays both speakers of the same dialogues with the same numbers
of tokens (which is checked), each measurement in a separate process. Compare only ratios within one run, on an otherwise idle
machine: by default OpenMP's threads spin while they wait. OMP_WAIT_POLICY=PASSIVE measures all ways without spinning.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.dialogues import Task
from benchmarks.random_llama import Shape, describe

if TYPE_CHECKING:
    from benchmarks.comparison import Result

FULL = Shape(hidden=512, layers=8, heads=8, feed_forward=1376, context=3072, syllables=100)
QUICK = Shape(hidden=128, layers=2, heads=4, feed_forward=256, context=2048, syllables=30)


def main() -> None:
    # Set before any library loads, because each reads it then. The backend's default suits a shared machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")
    options = _options()
    shape = QUICK if options.quick else FULL
    tasks = [Task(2, shortest=8, longest=16)] if options.quick else [Task(turns) for turns in options.turns]
    results = _measure(shape, tasks, options)
    if options.json:
        print(json.dumps(_report(shape, tasks, options, results), indent=2))
    else:
        print(_table(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description="Measure the llama_cpp backend.")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of a table")
    parser.add_argument(
        "--quick", action="store_true", help="use a small model and short dialogues, only to check that it runs"
    )
    parser.add_argument("--turns", type=int, nargs="+", default=[4, 12], help="turns of the dialogues (default: 4 12)")
    parser.add_argument("--repeats", type=int, default=3, help="measurements of each way (default: 3)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each way (default: 2)")
    return parser.parse_args()


def _measure(shape: Shape, tasks: Sequence[Task], options: argparse.Namespace) -> "list[Result]":
    from benchmarks.comparison import compare, recipes

    with tempfile.TemporaryDirectory() as folder:
        ways = recipes(shape, options.threads, Path(folder))
        return [result for task in tasks for result in compare(ways, task, options.repeats)]


def _report(
    shape: Shape, tasks: Sequence[Task], options: argparse.Namespace, results: "Sequence[Result]"
) -> dict[str, Any]:
    return {
        "model": describe(shape),
        "tasks": [asdict(task) for task in tasks],
        "threads": options.threads,
        "repeats": options.repeats,
        "wait_policy": os.environ["OMP_WAIT_POLICY"],
        "load_average": psutil.getloadavg(),
        "results": [asdict(result) for result in results],
    }


def _table(results: "Sequence[Result]") -> str:
    rows = [("turns", "way", "tokens/s", "x official", "in library"), *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) if index == 1 else cell.rjust(width) for index, (cell, width) in enumerate(cells))
        for cells in (zip(row, widths, strict=True) for row in rows)
    )


def _row(result: "Result") -> tuple[str, ...]:
    inside = "" if result.inside is None else f"{result.inside:.0%}"
    return str(result.turns), result.way, f"{result.tokens_per_second:.0f}", f"{result.times_official:.1f}", inside


if __name__ == "__main__":
    main()
