"""``manage.py export_codebook``: export what the columns of a study's answers mean."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from studies.commands import StudyCommand, find_study, write_out
from studies.files.codebook import export_codebook


class Command(StudyCommand):
    help = "Export the codebook of a study's answers as CSV: one row for each column that export_answers writes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")
        parser.add_argument(
            "--format",
            choices=["csv", "spreadsheet"],
            default="csv",
            help="csv for analysis; spreadsheet guards texts against formulas",
        )
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        write_out(options["out"], export_codebook(study, options["format"]), study, "the codebook")
