"""``manage.py study``: archive, restore or delete a study."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from roleplay_site.keeping.archiving import Refused, archive_study, restore_study
from roleplay_site.keeping.deletion import delete_study
from studies.commands import StudyCommand, find_study

DONE = {"archive": "archived", "restore": "restored", "delete": "deleted"}


class Command(StudyCommand):
    help = "Archive, restore or delete a study. Archived studies are left out of lists, and nothing can start in them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=list(DONE))
        parser.add_argument("study", help="short name of the study, for example demo")
        parser.add_argument("--title", default="", help="title of the study, to confirm its deletion")

    def handle(self, **options: Any) -> None:
        study, action = find_study(options["study"]), options["action"]
        try:
            if action == "archive":
                archive_study(study)
            elif action == "restore":
                restore_study(study)
            else:
                delete_study(study, options["title"])
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self.stdout.write(f"Study {study.slug!r} has been {DONE[action]}.")
