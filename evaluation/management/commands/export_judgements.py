"""``manage.py export_judgements``: what evaluators said about a study's pairs, as the analysis reads it or with everything."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from evaluation.commands import find_evaluation
from evaluation.exports import FORMS, export_all, export_judgements, left_out
from evaluation.models import Evaluation
from studies.commands import StudyCommand, find_study, write_out


class Command(StudyCommand):
    help = (
        "Writes the judgements of one of a study's evaluations: CSV with the columns that the analysis reads; spreadsheet is "
        "CSV in which nothing runs as a formula; jsonl holds everything, drafts and revisions too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name, for example demo")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--evaluation", type=int, help="its number (default: the latest that was opened)")
        which.add_argument(
            "--all", action="store_true", help="all evaluations; their numbers stand before evaluators' codes"
        )
        parser.add_argument("--format", choices=FORMS, default="csv")
        parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        study, form = find_study(options["study"]), options["format"]
        if options["all"]:
            chosen = list(study.evaluations.order_by("number"))
            write_out(options["out"], export_all(study, form))
        else:
            chosen = [find_evaluation(study, options["evaluation"], self.stderr.write)]
            write_out(options["out"], export_judgements(chosen[0], form))
        for evaluation in chosen:
            self._account(evaluation, form)

    def _account(self, evaluation: Evaluation, form: str) -> None:
        """Says what the file does not."""
        if evaluation.is_rehearsed:
            self.stderr.write(f"The judgements of evaluation {evaluation.number} are made up, to try the software.")
        missing = "" if form == "jsonl" else str(left_out(evaluation))
        if missing:
            self.stderr.write(f"Left out of evaluation {evaluation.number}: {missing}.")
