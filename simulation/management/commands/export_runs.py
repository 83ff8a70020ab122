"""``manage.py export_runs``: export what made a study's simulated dialogues as JSON lines."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from simulation.branches.records import export_branches, unsafe_branches
from simulation.run_records import export_runs
from studies.commands import StudyCommand, find_study, write_out
from studies.models import Study


class Command(StudyCommand):
    help = (
        "Export a study's runs, one JSON object per line: the configuration, the provenance, what workers played the run "
        "with, and the tokens of its ended dialogues, by which `export_dialogues` names them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")
        parser.add_argument(
            "--branches",
            action="store_true",
            help="export the branches of its dialogues instead: where each one starts, what it changes and where it diverges",
        )
        parser.add_argument(
            "--include-unsafe",
            action="store_true",
            help="with --branches: also export branches that are unsafe, or whose original is",
        )
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        if options["include_unsafe"] and not options["branches"]:
            raise CommandError("Runs are exported without texts, so --include-unsafe needs --branches.", returncode=2)
        study = find_study(options["study"])
        if options["branches"]:
            self._export_branches(study, options)
        else:
            write_out(options["out"], export_runs(study), study, "the runs")

    def _export_branches(self, study: Study, options: dict[str, Any]) -> None:
        takes_unsafe = options["include_unsafe"]
        unsafe = 0 if takes_unsafe else unsafe_branches(study).count()
        write_out(options["out"], export_branches(study, takes_unsafe=takes_unsafe), study, "the branches")
        if unsafe:
            self.stderr.write(
                f"Left out because they or their originals are unsafe: {unsafe} branches. Add --include-unsafe to export them."
            )
