"""``manage.py analyse``: the paper's statistics of a study's judgements, or of a file of judgements."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from collection.commands import StudyCommand, find_study


class Command(StudyCommand):
    help = (
        "Fits the mixed models to a CSV of judgements (columns participant, generator_user, model, detected and optionally "
        "choice, confidence, utterance_number, duration, pair, goal, domain, flagged), or to those of a study; writes "
        "results.json, tables, figures and a report."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "judgements", type=Path, nargs="?", help="the CSV, for example as export_judgements writes it"
        )
        what.add_argument("--study", help="a study's short name, for example rehearsal: all its evaluations together")
        parser.add_argument("--out", type=Path, required=True, help="the folder to write to")

    def handle(self, *, judgements: Path | None, study: str | None, out: Path, **options: Any) -> None:
        # Imported when needed: they take seconds, and every other command would wait for them.
        from analysis.analysing import analyse
        from analysis.judgements import BadData, read_judgements
        from analysis.tables import judgements_in
        from analysis.writing import Unwritable, figures, report_text, write_analysis

        try:
            frame = judgements_in(find_study(study or "")) if judgements is None else read_judgements(judgements)
            found = analyse(frame, lambda step: self.stderr.write(f"{step} …"))
            self.stderr.write("figures …")
            drawn = figures(found)
            paths = write_analysis(found, drawn, out)
        except (BadData, Unwritable) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(report_text(found, drawn))
        self.stdout.write(f"{len(paths)} files in {out}.")
