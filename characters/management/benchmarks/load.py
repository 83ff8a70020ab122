"""``manage.py rolebench load``."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from characters.benchmarks.file_words import describe_file
from characters.benchmarks.languages import language_of
from characters.benchmarks.loading import load_path
from characters.models import Benchmark
from characters.profiles import LANGUAGE_NAMES
from rolellm.languages import LANGUAGES


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        metavar="FOLDER",
        help="RoleBench's folder or a part of it, an export in its format, or a file of rows or instructions",
    )
    parser.add_argument("--name", required=True, help="name of the benchmark")
    parser.add_argument("--roles", nargs="+", default=[], metavar="ROLE", help="who is to answer instructions")
    parser.add_argument("--language", choices=LANGUAGES, help="which of two languages, or that of an export")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Load the benchmark, and return what to print."""
    benchmark = load_path(options["path"], options["name"], options["roles"], options["language"])
    if options["json"]:
        found = {"name": benchmark.name, "language": benchmark.language, "files": benchmark.files}
        yield json.dumps(found | {"rows": benchmark.rows.count()}, ensure_ascii=False)
        return
    yield from describe_files(benchmark)


def describe_files(benchmark: Benchmark) -> Iterator[str]:
    """Return a sentence about each file: what was loaded, and what is missing."""
    yield f"{benchmark.name}: {benchmark.rows.count():,} rows in {LANGUAGE_NAMES[language_of(benchmark)]}"
    yield from (f"  {file['path']}: {describe_file(file)}" for file in benchmark.files)
