"""``manage.py characters``: store characters and have them described. Each action is described where it is defined."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from characters.casting.command import add_cast
from characters.imports.command import add_import
from characters.management.context_instruct.export import add_export
from characters.management.context_instruct.instruct import add_instruct
from characters.management.describing.describe import add_describe
from characters.refusals import CharacterRefused
from characters.rehearsal.command import add_rehearse
from rolellm.scripts.turns import UnreadableScript
from studies.commands import StudyCommand


class Command(StudyCommand):
    help = "Store the characters of RoleLLM, and work with them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for add in (add_import, add_describe, add_instruct, add_export, add_rehearse, add_cast):
            add(actions)

    def handle(self, **options: Any) -> None:
        try:
            options["run"](self, options)
        except (UnreadableScript, CharacterRefused) as error:
            raise CommandError(str(error), returncode=2) from error
