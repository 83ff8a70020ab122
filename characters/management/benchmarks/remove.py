"""``manage.py rolebench remove``."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from characters.benchmarks.finding import find_answer_set, find_benchmark
from characters.benchmarks.removal import remove_answers, remove_benchmark


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="NAME", help="name of a stored benchmark")
    parser.add_argument("--answers", metavar="SET", help="delete only this answer set (default: the whole benchmark)")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Delete, and return what to print."""
    benchmark = find_benchmark(options["benchmark"])
    if options["answers"] is None:
        what, gone = benchmark.name, remove_benchmark(benchmark)
    else:
        answer_set = find_answer_set(benchmark, options["answers"])
        what, gone = answer_set.name, remove_answers(answer_set)
    yield f"{what} has been deleted: {gone}."
