"""``manage.py export_dialogues``: a study's dialogues as JSON lines or CSV."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from collection.commands import StudyCommand
from collection.drafts import Unwritable, write_whole
from collection.exports import Incomplete, export_dialogues, unfinished_dialogues
from collection.models import Study


class Command(StudyCommand):
    help = "Writes a study's ended dialogues, natural and simulated: JSON lines in the official format, or a CSV row a turn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name, for example demo")
        parser.add_argument("--kind", choices=["all", "natural", "simulated"], default="all")
        parser.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = Study.objects.filter(slug=options["study"]).first()
        if study is None:
            raise CommandError(f"There is no study {options['study']!r}: see the list of studies.", returncode=2)
        left_out = unfinished_dialogues(study, options["kind"]).count()
        pieces = export_dialogues(study, options["kind"], options["format"])
        try:
            if options["out"] is None:
                _print(pieces)
            else:
                write_whole(options["out"], pieces)
        except (Incomplete, Unwritable) as error:
            raise CommandError(str(error), returncode=2) from error
        if left_out:
            self.stderr.write(f"Left out because they have not ended yet: {left_out} of the study's dialogues.")


def _print(pieces: Iterable[str]) -> None:
    """To standard output. Raises Unwritable, except when whoever read along has had enough (``| head``)."""
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except OSError as error:
        # What could not be written would be tried again when the process ends, with a traceback.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  it stays open until the process ends
        if not isinstance(error, BrokenPipeError):
            raise Unwritable(f"The standard output cannot be written ({error.strerror}): make room.") from error
