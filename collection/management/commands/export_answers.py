"""``manage.py export_answers``: what a study's participants answered in the persona form, as CSV."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from collection.answers import export_answers
from studies.commands import StudyCommand, find_study, write_out


class Command(StudyCommand):
    help = "Writes a study's participants with their answers: CSV, a row each, screened out and withdrawn ones too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name, for example demo")
        parser.add_argument("--format", choices=["csv", "spreadsheet"], default="csv")
        parser.add_argument(
            "--with-external-ids",
            action="store_true",
            help="add external ids, in a table for spreadsheets: keep this file private",
        )
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        pieces = export_answers(study, options["format"], with_external_ids=options["with_external_ids"])
        write_out(options["out"], pieces)
