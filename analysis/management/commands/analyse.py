"""``manage.py analyse``: the paper's statistics of a file of judgements."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Fits the mixed models to a CSV of judgements (columns participant, generator_user, model, detected and optionally "
        "choice, confidence, utterance_number, duration, pair, goal, domain, flagged); writes results.json, tables, a report."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("judgements", type=Path, help="the CSV, for example as export_judgements writes it")
        parser.add_argument("--out", type=Path, required=True, help="the folder to write to")

    def handle(self, *, judgements: Path, out: Path, **options: Any) -> None:
        from analysis.analysing import analyse
        from analysis.judgements import BadData, read_judgements
        from analysis.writing import Unwritable, report_text, write_analysis

        try:
            found = analyse(read_judgements(judgements), lambda step: self.stderr.write(f"{step} …"))
            paths = write_analysis(found, out)
        except (BadData, Unwritable) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(report_text(found))
        self.stdout.write(f"{len(paths)} files in {out}.")
