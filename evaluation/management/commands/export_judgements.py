"""``manage.py export_judgements``: what evaluators said about a study's pairs, as the analysis reads it or with everything."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from collection.commands import StudyCommand, find_study, write_out
from collection.models import Study
from evaluation.exports import FORMS, export_all, export_judgements, left_out
from evaluation.models import Evaluation


class Command(StudyCommand):
    help = (
        "Writes the judgements of one of a study's evaluations: CSV with the columns that the analysis reads; spreadsheet is "
        "CSV in which nothing runs as a formula; jsonl holds everything, drafts and revisions too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's short name, for example demo")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--evaluation", type=int, help="the number of the evaluation (default: the latest)")
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
            chosen = [self._find(study, options["evaluation"])]
            write_out(options["out"], export_judgements(chosen[0], form))
        for evaluation in chosen:
            self._account(evaluation, form)

    def _find(self, study: Study, number: int | None) -> Evaluation:
        """The evaluation of that number; the latest that was opened, or else the latest, and then says which."""
        known = list(study.evaluations.order_by("number"))
        if not known:
            raise CommandError(f"Study {study.slug!r} has no evaluations: plan one on its page.", returncode=2)
        if number is None:
            return self._latest(known)
        found = next((one for one in known if one.number == number), None)
        if found is None:
            numbers = ", ".join(str(one.number) for one in known)
            raise CommandError(f"Study {study.slug!r} has no evaluation {number}: choose from {numbers}.", returncode=2)
        return found

    def _latest(self, known: list[Evaluation]) -> Evaluation:
        latest = ([one for one in known if not one.is_planned] or known)[-1]
        if len(known) > 1:
            self.stderr.write(
                f"Evaluation {latest.number}, the latest of {len(known)}: --evaluation or --all for others."
            )
        return latest

    def _account(self, evaluation: Evaluation, form: str) -> None:
        """Says what the file does not."""
        if evaluation.is_rehearsed:
            self.stderr.write(f"The judgements of evaluation {evaluation.number} are made up, to try the software.")
        missing = "" if form == "jsonl" else str(left_out(evaluation))
        if missing:
            self.stderr.write(f"Left out of evaluation {evaluation.number}: {missing}.")
