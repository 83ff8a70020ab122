"""``manage.py rolebench add``."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from characters.benchmarks.answer_files import import_answers
from characters.benchmarks.finding import find_benchmark
from characters.quantities import counted
from rolellm.rolebench.layout import Split


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="NAME", help="name of a stored benchmark")
    parser.add_argument("file", type=Path, metavar="FILE", help="answers, as rolegpt_baseline.jsonl")
    parser.add_argument("--answers", required=True, metavar="SET", help="name for the answer set")
    parser.add_argument(
        "--split", choices=get_args(Split), help="split of the test rows that they answer (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Store the answers, and return what to print."""
    benchmark = find_benchmark(options["benchmark"])
    counts = import_answers(benchmark, options["file"], options["answers"], options["split"])
    if options["json"]:
        yield json.dumps({"name": options["answers"]} | counts, ensure_ascii=False)
        return
    yield f"{options['answers']}: {counted(counts['matched'], 'answer')}."
    if number := counts["rows_without_answer"]:
        yield f"Test rows without an answer: {number:,}. --json lists the first of them."
    if number := counts["answers_without_row"]:
        yield f"Answers without a test row, left out: {number:,}. --json lists the first of them."
    if number := counts["repeated"]:
        yield f"Further answers to the same rows, left out: {number:,}."
