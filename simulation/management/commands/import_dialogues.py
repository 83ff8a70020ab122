"""``manage.py import_dialogues``: dialogues from a file in the official format."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collection.records import InvalidRecord, Record, read_records
from simulation.imports import import_dialogues
from simulation.requests import RequestError
from simulation.selectors import find_study


class Command(BaseCommand):
    help = "Imports dialogues, one JSON object a line, from this project or from the official implementation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="official files are called after their seed, for example 73.jsonl")
        parser.add_argument("--study", required=True, help="the study they belong to")
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--inquirer", help="the model that asked")
        kind.add_argument("--natural", action="store_true", help="people asked")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        try:
            study, records = find_study(options["study"]), _read(path)
        except (RequestError, InvalidRecord) as error:
            raise CommandError(str(error), returncode=2) from error
        seed = int(path.stem) if path.stem.isascii() and path.stem.isdigit() else 0
        report = import_dialogues(study, records, inquirer=options["inquirer"], source=path.name, seed=seed)
        for reason in report.unplaced:
            self.stderr.write(f"Not imported. {reason}")
        self.stdout.write(
            f"{report.imported} dialogues imported, {report.present} were there already, {len(report.unplaced)} left out."
        )


def _read(path: Path) -> list[Record]:
    try:
        with path.open(encoding="utf-8") as lines:
            return read_records(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path} cannot be read as text: name a JSONL file.") from error
