"""A measurement on SQLite and on PostgreSQL, each in a process of its own, because Django knows one database only."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.figures import Row, table
from benchmarks.programs import run
from benchmarks.scale.site import open_site

DATABASES = ("sqlite", "postgresql")
Measure = Callable[[str, int], list[Row]]
"""Takes the name of a database and a number of dialogues, once Django is set up."""


def compare(module: str, purpose: str, dialogues: int, measure: Measure, arguments: Sequence[str] | None = None) -> int:
    """Run the command ``python -m module``: print the figures of each database; return 1 if one misses its goal."""
    options = _read(module, purpose, dialogues, arguments)
    if options.database:
        print(json.dumps([asdict(row) for row in _measure(options.database, options.dialogues, measure)]))
        return 0
    found = [Row(**row) for name in DATABASES for row in _in_process(module, name, options.dialogues)]
    print(json.dumps([asdict(row) for row in found]) if options.json else table(found))
    return int(any(row.is_missed for row in found))


def _read(module: str, purpose: str, dialogues: int, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=purpose)
    parser.add_argument("--dialogues", type=int, default=dialogues)
    parser.add_argument("--quick", action="store_const", const=1000, dest="dialogues", help="only check that it runs")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--database", choices=DATABASES, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _in_process(module: str, database: str, dialogues: int) -> list[dict[str, Any]]:
    done = run(module, "--database", database, "--dialogues", str(dialogues), environment=os.environ)
    if done.returncode:
        raise SystemExit(done.stderr)
    rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return rows


def _measure(database: str, dialogues: int, measure: Measure) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        open_site(Path(folder), on_sqlite=database == "sqlite"),
    ):
        return measure(database, dialogues)
