"""``manage.py export_dialogues``: a study's dialogues as JSON lines or CSV."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from studies.commands import StudyCommand, find_study, write_out
from studies.files.exports import FORMS, export_dialogues, unfinished_dialogues


class Command(StudyCommand):
    help = (
        "Writes a study's ended dialogues, natural and simulated: JSON lines in the official format, or a CSV row a turn; "
        "spreadsheet is CSV in which nothing that people typed runs as a formula."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name, for example demo")
        parser.add_argument("--kind", choices=["all", "natural", "simulated"], default="all")
        parser.add_argument("--format", choices=FORMS, default="jsonl")
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        left_out = unfinished_dialogues(study, options["kind"]).count()
        write_out(options["out"], export_dialogues(study, options["kind"], options["format"]))
        if left_out:
            self.stderr.write(f"Left out because they have not ended yet: {left_out} of the study's dialogues.")
