"""``manage.py rolebench remove``."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from characters.benchmarks.finding import find_answer_set, find_benchmark
from characters.benchmarks.removal import remove_answers, remove_benchmark
from characters.quantities import counted

_NOUNS = {
    "Benchmark": "benchmark",
    "BenchmarkRow": "row",
    "AnswerSet": "answer set",
    "Answer": "answer",
    "Judging": "judging",
    "Ranking": "ranking",
}
"""What is counted, by the name of its model, in the order in which it is named."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="NAME", help="name of a stored benchmark")
    parser.add_argument("--answers", metavar="SET", help="delete only this answer set (default: the whole benchmark)")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Delete, and return what to print."""
    benchmark = find_benchmark(options["benchmark"])
    if options["answers"] is None:
        counts, what = remove_benchmark(benchmark), benchmark.name
    else:
        counts = remove_answers(answer_set := find_answer_set(benchmark, options["answers"]))
        what = answer_set.name
    yield f"{what} is deleted: {', '.join(_in_words(counts))}."


def _in_words(counts: dict[str, int]) -> Iterator[str]:
    return (counted(counts[name], noun) for name, noun in _NOUNS.items() if name in counts)
