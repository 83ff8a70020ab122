"""``manage.py rocit``: tune a LoRA over roles, and use it. Each action is described where it is defined."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from characters.management.tuning.export import add_export
from characters.management.tuning.folders import add_add, add_merge, add_unpack
from characters.management.tuning.train import add_train
from characters.refusals import CharacterRefused
from studies.commands import StudyCommand


class Command(StudyCommand):
    help = "Tune a model to play roles (RoCIT of RoleLLM), and use its adapter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for add in (add_train, add_add, add_merge, add_export, add_unpack):
            add(actions)

    def handle(self, **options: Any) -> None:
        try:
            options["run"](self, options)
        except CharacterRefused as error:
            raise CommandError(str(error), returncode=2) from error
