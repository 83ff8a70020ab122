"""``manage.py rolebench score``: two files, or the stored answers to a benchmark."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from characters import score_reports
from characters.benchmarks import result_reports
from characters.benchmarks.finding import find_benchmark
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.results import splits_of


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--references", type=Path, metavar="FILE", help="test rows, as test.jsonl")
    parser.add_argument("--predictions", type=Path, metavar="FILE", help="predictions, as rolegpt_baseline.jsonl")
    parser.add_argument(
        "--training",
        type=Path,
        metavar="FILE",
        help="training rows: also score without test questions that occur there",
    )
    parser.add_argument(
        "--benchmark", metavar="NAME", help="score all answers to this stored benchmark instead of files"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Score what the options name, and return what to print."""
    if options["benchmark"]:
        return _stored(options)
    return _files(options)


def _stored(options: dict[str, Any]) -> Iterator[str]:
    if options["references"] or options["predictions"] or options["training"]:
        raise BenchmarkRefused("--benchmark scores stored answers. Omit it, or omit the files.")
    benchmark = find_benchmark(options["benchmark"])
    splits = splits_of(benchmark)
    if options["json"]:
        yield json.dumps(result_reports.as_object(benchmark, splits), ensure_ascii=False)
        return
    yield from result_reports.in_words(benchmark, splits)


def _files(options: dict[str, Any]) -> Iterator[str]:
    if not options["references"] or not options["predictions"]:
        raise BenchmarkRefused("Name two files with --references and --predictions, or a stored --benchmark.")
    report = score_reports.score_files(options["references"], options["predictions"], options["training"])
    if options["json"]:
        yield json.dumps(score_reports.as_object(report), ensure_ascii=False)
        return
    yield from score_reports.in_words(report)
