"""``manage.py import_dialogues``: import dialogues from a file in the official format."""

import codecs
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from dialogue.names import plain_name
from simulation.imports import Report, import_dialogues
from simulation.requests import RequestError, is_number
from studies.commands import StudyCommand, find_study
from studies.files.record_values import LONGEST_NAME
from studies.files.records import LONGEST_LINE
from studies.models import Study


class Command(StudyCommand):
    help = "Import dialogues from JSON lines of this project or of the official implementation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="a JSONL file; name it after its seed, as official files are, for example 73.jsonl"
        )
        parser.add_argument("--study", required=True, help="short name of the study")
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--inquirer", help="the dialogues are simulated: name of the inquirer model")
        kind.add_argument("--natural", action="store_true", help="the dialogues are natural")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        try:
            study, inquirer = find_study(options["study"]), _inquirer(options["inquirer"])
            seed, lines = _seed(path.stem), _open(path)
        except RequestError as error:
            raise CommandError(str(error), returncode=2) from error
        with lines:
            report = self._import(lines, study, inquirer=inquirer, source=_name(path), seed=seed)
        for reason in report.unplaced:
            self.stderr.write(f"Not imported. {reason}")
        self.stdout.write(_in_words(report))
        if report.unplaced:
            count = f"{len(report.unplaced)} of {report.lines}"
            raise CommandError(f"{count} lines were not imported, for the reasons above.", returncode=1)

    def _import(self, lines: BufferedReader, study: Study, **known: Any) -> Report:
        with tqdm(
            total=_size(lines), file=sys.stderr, unit="B", unit_scale=True, dynamic_ncols=True, disable=None
        ) as bar:
            try:
                return import_dialogues(study, _counted(lines, bar), **known)
            except RequestError as reason:
                raise CommandError(str(reason), returncode=2) from reason
            except KeyboardInterrupt as stop:
                sentence = (
                    "Stopped. The dialogues imported so far are kept. Repeat the command to import the remaining lines."
                )
                raise CommandError(sentence, returncode=130) from stop


def _in_words(report: Report) -> str:
    counts = f"{report.imported} of {report.lines} dialogues imported, {report.present} already present"
    summary = f"{counts}, {len(report.unplaced)} left out."
    if not report.mended:
        return summary
    return (
        f"{summary} {report.mended} of those imported contain characters that databases cannot store (NUL, halves of surrogate "
        "pairs). They are stored as U+FFFD, as in simulations."
    )


def _counted(lines: BufferedReader, bar: "tqdm[Any]") -> Iterator[bytes]:
    """Yield each line. One that is too long ends one byte after the limit, so that it is refused without filling the memory."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        bar.update(len(line))
        while not line.endswith(b"\n") and (line := lines.readline(LONGEST_LINE)):
            bar.update(len(line))


def _inquirer(name: str | None) -> str | None:
    """Return the plain name. Raises RequestError."""
    if name is None:
        return None
    plain = plain_name(name)
    if not (plain and plain.isprintable() and len(plain) <= LONGEST_NAME):
        raise RequestError(f"--inquirer must be the name of a model, of 1 to {LONGEST_NAME} characters.")
    return plain


def _seed(stem: str) -> int:
    """Return the seed in an official file's name, or 0 for files with other names. Raises RequestError."""
    if not (stem.isascii() and stem.isdigit()):
        return 0
    if not is_number(stem):
        raise RequestError(
            f"The file name {stem} is too large for a seed. Name the file after its seed, such as 73.jsonl."
        )
    return int(stem)


def _name(path: Path) -> str:
    """Return the file's name as text that every database can store, whatever its bytes."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _open(path: Path) -> BufferedReader:
    """Open the file for reading line by line. Raises RequestError."""
    try:
        lines = path.open("rb")
        begins_as = lines.peek(2)[:2]
    except OSError as error:
        raise RequestError(f"{path} cannot be read. Give the path of a JSONL file.") from error
    if begins_as in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise RequestError(f"{path} is UTF-16 text. Save it in UTF-8.")
    return lines


def _size(lines: BufferedReader) -> int | None:
    """Return the size of the file in bytes; None if it is not a regular file, such as a pipe."""
    return os.fstat(lines.fileno()).st_size or None
