"""``manage.py index_dialogues``: rebuild the search index of a study."""

from argparse import ArgumentParser
from typing import Any

from studies.commands import StudyCommand, find_study
from studies.search.indexing import index_study


class Command(StudyCommand):
    help = "Rebuild the search index of a study's dialogues, for example after your own program has stored turns."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="short name of the study, for example demo")

    def handle(self, **options: Any) -> None:
        study = find_study(options["study"])
        index_study(study)
        self.stdout.write(f"The dialogues of study '{study.slug}' can be searched: {study.dialogues.count()}.")
