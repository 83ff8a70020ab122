"""``manage.py import_dialogues``: dialogues from a file in the official format."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from collection.commands import StudyCommand
from collection.record_values import LONGEST_NAME
from collection.records import InvalidRecord, Record, read_records
from simulation.imports import import_dialogues
from simulation.requests import RequestError, is_number
from simulation.selectors import find_study


class Command(StudyCommand):
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
            study, inquirer = find_study(options["study"]), _inquirer(options["inquirer"])
            seed, records = _seed(path.stem), _read(path)
        except (RequestError, InvalidRecord) as error:
            raise CommandError(str(error), returncode=2) from error
        report = import_dialogues(study, records, inquirer=inquirer, source=_name(path), seed=seed)
        for reason in report.unplaced:
            self.stderr.write(f"Not imported. {reason}")
        self.stdout.write(
            f"{report.imported} dialogues imported, {report.present} were there already, {len(report.unplaced)} left out."
        )


def _inquirer(name: str | None) -> str | None:
    if name is not None and not (name.strip() and name.isprintable() and len(name) <= LONGEST_NAME):
        raise RequestError(f"--inquirer must be the name of a model, of 1 to {LONGEST_NAME} characters.")
    return name


def _seed(stem: str) -> int:
    """The seed after which an official file is called; 0 for files with other names."""
    if not (stem.isascii() and stem.isdigit()):
        return 0
    if not is_number(stem):
        raise RequestError(
            f"The file name {stem} is too large for a seed: call the file after its seed, such as 73.jsonl."
        )
    return int(stem)


def _name(path: Path) -> str:
    """The file's name as text that every database takes, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _read(path: Path) -> list[Record]:
    """Raises RequestError and InvalidRecord. A byte order mark, as some editors write it, is no part of the text."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            return read_records(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path} cannot be read as text: name a JSONL file.") from error
