"""``python -m benchmarks.search``: search a study of 100,000 dialogues on both databases."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.figures import Row, table
from benchmarks.scale.site import open_site

DIALOGUES = 100_000
MOST_SECONDS = 0.3
TIMES = 5
DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of each database; return 1 if one misses its goal. Each database has a process of its own."""
    options = _read(arguments)
    if options.database:
        rows = _measure(options.database, options.dialogues)
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    found = [Row(**row) for name in DATABASES for row in _in_process(name, options)]
    print(json.dumps([asdict(row) for row in found]) if options.json else table(found))
    return int(any(row.is_missed for row in found))


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--dialogues", type=int, default=DIALOGUES)
    parser.add_argument("--quick", action="store_const", const=1000, dest="dialogues", help="only check that it runs")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--database", choices=DATABASES, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _in_process(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.search", "--database", name, "--dialogues", str(options.dialogues)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return rows


def _measure(database: str, dialogues: int) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="search-") as folder,
        open_site(Path(folder), on_sqlite=database == "sqlite"),
    ):
        from benchmarks.search.measuring import measure

        return measure(database, dialogues, MOST_SECONDS, TIMES)


if __name__ == "__main__":
    sys.exit(main())
