"""``manage.py export_judgements``: export a study's or a benchmark's judgements, as a table or with all details."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from characters.benchmarks.finding import find_benchmark
from characters.benchmarks.refusals import BenchmarkRefused
from evaluation.benchmarks.files import export_answer_judgements
from evaluation.commands import find_evaluation
from evaluation.exports import FORMS, export_all, export_judgements, left_out
from evaluation.models import Evaluation
from studies.commands import StudyCommand, find_study, write_out
from studies.models import Study


class Command(StudyCommand):
    help = (
        "Export the judgements of one of a study's evaluations, or of one of a benchmark's. csv has the columns that the "
        "analysis reads; spreadsheet is csv with texts guarded against formulas; jsonl contains everything, including drafts "
        "and revisions."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", nargs="?", help="short name of the study, for example demo")
        parser.add_argument(
            "--benchmark", metavar="NAME", help="instead of a study: the benchmark whose answers people judged"
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--evaluation", type=int, help="number of the evaluation (default: the one opened last)")
        which.add_argument(
            "--all", action="store_true", help="all evaluations, with their numbers in front of evaluators' codes"
        )
        parser.add_argument("--format", choices=FORMS, default="csv")
        parser.add_argument(
            "--include-free-text",
            action="store_true",
            help="with participants' and evaluators' answers in their own words, which may identify them",
        )
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        if options["benchmark"]:
            self._export_answers(options)
        elif options["study"]:
            self._export(find_study(options["study"]), options)
        else:
            raise CommandError("Name a study, or a benchmark with --benchmark NAME.", returncode=2)

    def _export(self, study: Study, options: dict[str, Any]) -> None:
        form, takes_texts = options["format"], options["include_free_text"]
        if options["all"]:
            chosen = list(study.evaluations.order_by("number"))
            pieces, words = export_all(study, form, takes_texts=takes_texts), "the judgements of all evaluations"
        else:
            chosen = [find_evaluation(study, options["evaluation"], self.stderr.write)]
            pieces = export_judgements(chosen[0], form, takes_texts=takes_texts)
            words = f"the judgements of “{chosen[0]}”"
        write_out(options["out"], pieces, study, words)
        for evaluation in chosen:
            self._account(evaluation, form)

    def _export_answers(self, options: dict[str, Any]) -> None:
        if options["study"] or options["all"]:
            raise CommandError("--benchmark exports one evaluation: leave out the study and --all.", returncode=2)
        try:
            benchmark = find_benchmark(options["benchmark"])
        except BenchmarkRefused as error:
            raise CommandError(str(error), returncode=2) from error
        chosen = find_evaluation(benchmark, options["evaluation"], self.stderr.write)
        write_out(
            options["out"], export_answer_judgements(chosen, options["format"]), None, f"the judgements of “{chosen}”"
        )
        self._account(chosen, options["format"])

    def _account(self, evaluation: Evaluation, form: str) -> None:
        """Report what the file does not show: synthetic data, and judgements that it leaves out."""
        if evaluation.is_rehearsed:
            self.stderr.write(
                f"The judgements of evaluation {evaluation.number} are synthetic, for trying out the software."
            )
        missing = "" if form == "jsonl" else str(left_out(evaluation))
        if missing:
            self.stderr.write(f"Left out of evaluation {evaluation.number}: {missing}.")
