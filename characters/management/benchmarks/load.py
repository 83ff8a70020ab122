"""``manage.py rolebench load``."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from characters.benchmarks.file_words import describe_file
from characters.benchmarks.languages import language_of
from characters.benchmarks.left_out import checked_choice
from characters.benchmarks.loading import load_path
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Benchmark
from characters.profiles import LANGUAGE_NAMES
from characters.quantities import counted
from rolellm.duplicates import THRESHOLD
from rolellm.general_instructions import MOST_WORDS, SEED, Choice
from rolellm.languages import LANGUAGES


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        metavar="FOLDER",
        help="RoleBench's folder or a part of it, an export in its format, or a file of rows or instructions",
    )
    parser.add_argument("--name", required=True, help="name of the benchmark")
    parser.add_argument(
        "--roles", nargs="+", default=[], metavar="ROLE", help="roles that are to answer a file of instructions"
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        help="language to load if the folder has both, or language of an export (default: detected)",
    )
    parser.add_argument(
        "--choose",
        type=int,
        metavar="N",
        help="of a file of instructions, draw at most N that are short and do not repeat each other (the paper: 1,500)",
    )
    parser.add_argument(
        "--most-words",
        type=int,
        metavar="N",
        help=f"words of a chosen instruction with its answer; Chinese: characters (default: {MOST_WORDS})",
    )
    parser.add_argument(
        "--duplicate",
        type=float,
        metavar="SIMILARITY",
        help=f"similarity (BM25) from which an instruction repeats another one (default: {THRESHOLD})",
    )
    parser.add_argument("--seed", type=int, help=f"seed of --choose (default: {SEED})")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Load the benchmark, and return what to print."""
    benchmark = load_path(
        options["path"], options["name"], options["roles"], options["language"], choice=_choice(options)
    )
    if options["json"]:
        found = {"name": benchmark.name, "language": benchmark.language, "files": benchmark.files}
        yield json.dumps(found | {"rows": benchmark.rows.count()}, ensure_ascii=False)
        return
    yield from describe_files(benchmark)


def _choice(options: dict[str, Any]) -> Choice | None:
    standard = {"most_words": MOST_WORDS, "duplicate": THRESHOLD, "seed": SEED}
    told = {name: options[name] for name in standard if options[name] is not None}
    if options["choose"] is not None:
        return checked_choice(options["choose"], *(standard | told).values())
    if told:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in told)
        raise BenchmarkRefused(f"Without --choose all instructions are loaded. Add --choose N, or leave out {named}.")
    return None


def describe_files(benchmark: Benchmark) -> Iterator[str]:
    """Return a sentence about each file: what was loaded, and what is missing."""
    yield f"{benchmark.name}: {counted(benchmark.rows.count(), 'row')} in {LANGUAGE_NAMES[language_of(benchmark)]}"
    yield from (f"  {file['path']}: {describe_file(file)}" for file in benchmark.files)
