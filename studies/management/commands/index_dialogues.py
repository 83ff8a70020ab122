"""``manage.py index_dialogues``: write the index of the search anew."""

from argparse import ArgumentParser
from typing import Any

from studies.commands import StudyCommand, find_study
from studies.search.indexing import index_study


class Command(StudyCommand):
    help = "Write the search's index of a study's dialogues anew, after a program of yours has stored turns itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        index_study(study)
        self.stdout.write(f"The dialogues of study '{study.slug}' can be searched: {study.dialogues.count()}.")
