"""``manage.py export_answers``: export participants' answers to the persona form as CSV."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from collection.answers import export_answers
from studies.commands import StudyCommand, find_study, write_out


class Command(StudyCommand):
    help = "Export a study's participants with their answers as CSV, one row each, including screened-out and withdrawn ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")
        parser.add_argument(
            "--format",
            choices=["csv", "spreadsheet"],
            default="csv",
            help="csv for analysis; spreadsheet guards texts against formulas",
        )
        parser.add_argument(
            "--with-external-ids",
            action="store_true",
            help="add external IDs, in a table for spreadsheets; keep this file private",
        )
        parser.add_argument(
            "--include-free-text",
            action="store_true",
            help="add answers in people's own words, which may identify them; keep this file private",
        )
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        chosen = {"with_external_ids": options["with_external_ids"], "with_texts": options["include_free_text"]}
        pieces = export_answers(study, options["format"], **chosen)
        write_out(options["out"], pieces, study, "participants' answers")
