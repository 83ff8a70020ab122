"""``manage.py export_runs``: export what made a study's simulated dialogues as JSON lines."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from simulation.branches.records import export_branches
from simulation.run_records import export_runs
from studies.commands import StudyCommand, find_study, write_out


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
        parser.add_argument("--out", type=Path, help="file to write (default: standard output)")

    def handle(self, **options: Any) -> None:
        export = export_branches if options["branches"] else export_runs
        write_out(options["out"], export(find_study(options["study"])))
