"""``manage.py export_dialogues``: a study's dialogues as JSON lines or CSV."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collection.exports import Incomplete, export_dialogues
from collection.models import Study


class Command(BaseCommand):
    help = "Writes a study's natural and simulated dialogues: JSON lines in the official format, or a CSV row a turn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name, for example demo")
        parser.add_argument("--kind", choices=["all", "natural", "simulated"], default="all")
        parser.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"]).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']!r}: see the list of studies.", returncode=2)
        pieces = export_dialogues(study, options["kind"], options["format"])
        try:
            if options["out"]:
                _write(options["out"], pieces)
            else:
                sys.stdout.writelines(pieces)
        except BrokenPipeError:
            # Whoever read along has had enough (`| head`): there is nobody left to tell, and nothing to flush at exit.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  it stays open until the process ends
        except (Incomplete, OSError) as error:
            raise CommandError(str(error), returncode=2) from error


def _write(path: Path, pieces: Iterator[str]) -> None:
    """All or nothing: the file appears when it is complete."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    draft.replace(path)
