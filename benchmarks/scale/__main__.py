"""Measure runs of many dialogues and of many cells.

python -m benchmarks.scale [--parts workers turns pages] [--sqlite] [--json] [--quick]

The benchmark starts PostgreSQL, Redis, the web process of the Procfile and `manage.py worker` in a temporary folder. The
models are scripted, so all other time is the project's own.

workers   Dialogues per hour of 1, 2 and 4 workers. Each plays 16 dialogues at once, as a worker does with a local model, whose
          replies take 0.6 s on average, and a dialogue three. So each worker needs only about a fifth of a core, its part of
          the database included, and four stay well below two cores. On real machines each worker brings its own cores or GPU;
          this measures whether workers hinder each other, for example while they claim dialogues. The seconds of the replies
          differ, because replies of the same length would make all dialogues end at once.
turns     The processor time of a worker and the database for a turn, with a model that answers at once, over 10,000 dialogues
          of five turns; the worker's memory after 1,000 and after all of them.
pages     The time to make runs of 1,000 and 100,000 cells, their pages in a new web process, before and after their dialogues,
          and the memory of the site and a worker. Also on SQLite.

The exit status is 1 if a figure misses its goal. Compare figures only within one run, on an otherwise idle machine.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.chat.server import site_folder
from benchmarks.figures import Row, table
from benchmarks.machine import describe_machine, show_machine
from benchmarks.programs import run
from benchmarks.scale.goals import judge
from benchmarks.scale.site import open_site

PARTS = ("workers", "turns", "pages")


@dataclass(frozen=True, slots=True)
class Load:
    """How much is measured."""

    workers: tuple[int, ...] = (1, 2, 4)
    warm_up: float = 12.0
    seconds: float = 30.0
    long_run: int = 20_000
    dialogues: int = 10_000
    early: int = 1000
    sizes: tuple[int, ...] = (1000, 100_000)
    played: int = 1000
    opened: int = 15


_QUICK = Load((2,), warm_up=0.0, seconds=2.0, long_run=200, dialogues=40, early=10, sizes=(20,), played=20, opened=2)


def main() -> None:
    options = _options()
    found = _measure(_QUICK if options.quick else Load(), options)
    rows = [] if options.quick else judge(found)
    print(
        json.dumps(found | {"goals": [asdict(row) for row in rows]}, indent=2) if options.json else _show(found, rows)
    )
    sys.exit(any(row.is_missed for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description="Measure large runs.")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure (default: all)")
    parser.add_argument("--sqlite", action="store_true", help="use SQLite instead of PostgreSQL")
    parser.add_argument("--quick", action="store_true", help="measure little, only to check that it runs")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of a table")
    return parser.parse_args()


def _measure(load: Load, options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": describe_machine()}
    with site_folder("scale-benchmark-") as folder, open_site(folder, on_sqlite=options.sqlite) as environment:
        for part in options.parts:
            found[part] = _measure_part(part, load, environment, folder)
    if "pages" in options.parts and not options.sqlite:
        found["pages_on_sqlite"] = _measure_on_sqlite(options)
    return found


def _measure_part(part: str, load: Load, environment: Mapping[str, str], folder: Path) -> Any:
    from benchmarks.scale.pages import measure_sizes
    from benchmarks.scale.speed import measure_turns, measure_workers

    match part:
        case "workers":
            speeds = measure_workers(
                environment, folder, load.workers, warm_up=load.warm_up, seconds=load.seconds, cells=load.long_run
            )
            return [asdict(speed) for speed in speeds]
        case "turns":
            return asdict(measure_turns(environment, folder, load.dialogues, load.early))
        case _:
            return [asdict(size) for size in measure_sizes(environment, folder, load.sizes, load.played, load.opened)]


def _measure_on_sqlite(options: argparse.Namespace) -> Any:
    """Measure the pages in another process, because Django knows one database only."""
    quick = ["--quick"] if options.quick else []
    done = run("benchmarks.scale", "--parts", "pages", "--sqlite", "--json", *quick, environment=os.environ)
    if done.returncode not in (0, 1):  # 1: a figure misses its goal
        raise SystemExit(f"The measurement on SQLite ended with status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["pages"]


def _show(found: Mapping[str, Any], rows: list[Row]) -> str:
    head = show_machine(found["machine"])
    if not rows:
        return f"{head}\n{json.dumps({key: value for key, value in found.items() if key != 'machine'}, indent=2)}"
    return f"{head}\n\n{table(rows)}"


if __name__ == "__main__":
    main()
