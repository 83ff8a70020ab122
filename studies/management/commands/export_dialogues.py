"""``manage.py export_dialogues``: export a study's dialogues as JSON lines or CSV."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from studies.commands import StudyCommand, find_study, write_out
from studies.files.exports import FORMS, export_dialogues, unfinished_dialogues, unsafe_dialogues


class Command(StudyCommand):
    help = (
        "Export a study's ended dialogues, natural and simulated. jsonl is the official format; csv has one row per turn; "
        "spreadsheet is csv with texts guarded against formulas."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")
        parser.add_argument(
            "--kind",
            choices=["all", "natural", "simulated", "branch"],
            default="all",
            help="all means natural and simulated",
        )
        parser.add_argument(
            "--include-unsafe",
            action="store_true",
            help="also export dialogues that a guard found unsafe, or that were stopped as unsafe",
        )
        parser.add_argument(
            "--include-free-text",
            action="store_true",
            help="also export participants' answers in their own words, which may identify them",
        )
        parser.add_argument("--format", choices=FORMS, default="jsonl")
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        kind, takes_unsafe = options["kind"], options["include_unsafe"]
        left_out = unfinished_dialogues(study, kind).count()
        unsafe = 0 if takes_unsafe else unsafe_dialogues(study, kind).count()
        chosen = {"takes_unsafe": takes_unsafe, "takes_texts": options["include_free_text"]}
        write_out(
            options["out"], export_dialogues(study, kind, options["format"], **chosen), study, f"the {kind} dialogues"
        )
        if left_out:
            self.stderr.write(f"Left out because they have not ended: {left_out} of the study's dialogues.")
        if unsafe:
            self.stderr.write(
                f"Left out because they are unsafe: {unsafe} of the study's dialogues. Add --include-unsafe to export them."
            )
