"""``manage.py rolebench export``."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from characters.benchmarks.finding import find_answer_set, find_benchmark
from characters.benchmarks.general_data import SEED, TEST_SHARE, Written, export_general
from characters.benchmarks.refusals import BenchmarkRefused
from characters.quantities import counted
from studies.audit import Verb, record
from studies.files.whole_files import Unwritable


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="NAME", help="name of a stored benchmark")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that does not exist yet")
    parser.add_argument(
        "--answers", required=True, metavar="SET", help="name of the answer set, with several answers to each row"
    )
    parser.add_argument(
        "--test-share", type=float, default=TEST_SHARE, help=f"share of test instructions (default: {TEST_SHARE})"
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help=f"seed for the draw of test instructions (default: {SEED})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Write the rows, and return what to print."""
    answer_set = find_answer_set(find_benchmark(options["benchmark"]), options["answers"])
    try:
        written = export_general(answer_set, options["folder"], options["test_share"], options["seed"])
    except Unwritable as error:
        raise BenchmarkRefused(str(error)) from error
    record(None, Verb.EXPORTED, f"the answers of {answer_set.name}", about=answer_set.benchmark.name)
    if options["json"]:
        yield json.dumps(vars(written))
        return
    yield from _in_words(written)


def _in_words(written: Written) -> Iterator[str]:
    yield (
        f"{counted(written.train, 'training row')} and {counted(written.test, 'test row')} with "
        f"{counted(written.references, 'reference')}; {counted(written.baselines, 'baseline')}."
    )
    for reason, count in written.dropped.most_common():
        yield f"  dropped, {reason}: {count:,}"
    if written.repeated:
        yield f"  dropped, the same as another reference: {written.repeated:,}"
    if written.without_reference:
        yield f"Rows left out, because no reference remains: {written.without_reference:,}."
    if written.unfinished:
        yield f"Answers that are not complete yet: {written.unfinished:,}."
