"""Measure how fast dialogues run on a few cores, with the engine, the official code's way and others.

python -m benchmarks.engine [--json] [--tiny] [--quick] [--turns 4 12] [--repeats 3]

The benchmark creates a model with random weights. Every way plays both speakers of the same dialogues with the same numbers
of tokens (which is checked), each measurement in a separate process, with all cores and with the library's or the engine's own
settings. Compare only ratios within one run. `decoding alone` is what each configuration reaches without prompts and sampling.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.dialogues import Task
from benchmarks.machine import describe_machine
from benchmarks.random_llama import Shape, describe

if TYPE_CHECKING:
    from benchmarks.comparison import Result

FULL = Shape(hidden=512, layers=8, heads=8, feed_forward=1376, context=3072, syllables=100)
TINY = Shape(hidden=256, layers=4, heads=4, feed_forward=768, context=2048, syllables=52)
"""Like tiny/tiny.gguf, with random weights."""
QUICK = Shape(hidden=128, layers=2, heads=4, feed_forward=256, context=2048, syllables=30)


def main() -> None:
    options = _options()
    shape = QUICK if options.quick else TINY if options.tiny else FULL
    tasks = [Task(2, shortest=8, longest=16)] if options.quick else [Task(turns) for turns in options.turns]
    results = _measure(shape, tasks, options.repeats)
    report = _report(shape, tasks, options, results)
    print(json.dumps(report, indent=2) if options.json else f"{_describe(report)}\n\n{_table(results)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description="Measure the llama_cpp backend.")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of a table")
    parser.add_argument(
        "--tiny", action="store_true", help="use a model like the embedded one, of 4 million parameters"
    )
    parser.add_argument(
        "--quick", action="store_true", help="use a small model and short dialogues, only to check that it runs"
    )
    parser.add_argument("--turns", type=int, nargs="+", default=[4, 12], help="turns of the dialogues (default: 4 12)")
    parser.add_argument("--repeats", type=int, default=3, help="measurements of each way (default: 3)")
    return parser.parse_args()


def _measure(shape: Shape, tasks: Sequence[Task], repeats: int) -> "list[Result]":
    from benchmarks.comparison import compare, recipes

    with tempfile.TemporaryDirectory() as folder:
        ways = recipes(shape, Path(folder))
        return [result for task in tasks for result in compare(ways, task, repeats)]


def _report(
    shape: Shape, tasks: Sequence[Task], options: argparse.Namespace, results: "Sequence[Result]"
) -> dict[str, Any]:
    return {
        "model": describe(shape),
        "tasks": [asdict(task) for task in tasks],
        "repeats": options.repeats,
        "machine": describe_machine(),
        "results": [asdict(result) for result in results],
    }


def _describe(report: dict[str, Any]) -> str:
    machine = report["machine"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, OMP_WAIT_POLICY {machine['wait_policy']}, load average"
        f" {machine['load_average'][0]:.1f}; {report['model']['parameters'] / 1e6:.1f} million parameters,"
        f" median of {report['repeats']}"
    )


def _table(results: "Sequence[Result]") -> str:
    rows = [("turns", "way", "tokens/s", "x official", "generating", "in library"), *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) if index == 1 else cell.rjust(width) for index, (cell, width) in enumerate(cells))
        for cells in (zip(row, widths, strict=True) for row in rows)
    )


def _row(result: "Result") -> tuple[str, ...]:
    if result.tokens_per_second is None:
        return str(result.turns), result.way, "crashed", "", "", ""
    shown = (
        _show(result.tokens_per_second, ".0f"),
        _show(result.times_official, ".1f"),
        _show(result.generating, ".0f"),
        _show(result.inside, ".0%"),
    )
    return str(result.turns), result.way, *shown


def _show(number: float | None, form: str) -> str:
    return "" if number is None else format(number, form)


if __name__ == "__main__":
    main()
