"""``manage.py rolebench``: score a model's predictions on a split of RoleBench."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from characters.score_reports import as_object, in_words, score_files
from rolellm.rolebench.rows import UnreadableBenchmark


class Command(BaseCommand):
    help = "Score a model's predictions on a split of RoleBench by ROUGE-L in two definitions."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="score")
        scoring = actions.add_parser("score", help="compare a file of predictions with a file of references")
        scoring.add_argument("--references", type=Path, required=True, metavar="FILE", help="test rows, as test.jsonl")
        scoring.add_argument(
            "--predictions", type=Path, required=True, metavar="FILE", help="predictions, as rolegpt_baseline.jsonl"
        )
        scoring.add_argument(
            "--training",
            type=Path,
            metavar="FILE",
            help="training rows: score also without test questions that occur there",
        )
        scoring.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            report = score_files(options["references"], options["predictions"], options["training"])
        except UnreadableBenchmark as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_object(report), ensure_ascii=False))
            return
        for line in in_words(report):
            self.stdout.write(line)
