"""``characters cast``: bring characters into a study."""

from argparse import ArgumentParser, _SubParsersAction
from typing import Any

from django.core.management.base import BaseCommand

from characters.casting.copies import cast_into
from characters.profiles import find_character
from studies.commands import find_study


def add_cast(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    about = "Copy characters into a study, where runs can play them. Repeat the command to update the copies."
    parser: ArgumentParser = actions.add_parser("cast", help="copy characters into a study", description=about)
    parser.add_argument("names", nargs="+", metavar="NAME", help="name of a stored character")
    parser.add_argument("--study", required=True, help="short name of the study, for example demo")
    parser.set_defaults(run=_cast)


def _cast(command: BaseCommand, options: dict[str, Any]) -> None:
    study = find_study(options["study"])
    personas = cast_into(study, [find_character(name) for name in options["names"]])
    for persona in personas:
        command.stdout.write(f"{persona.character} is persona {persona.code!r} of study {study.slug!r}.")
    command.stdout.write(f"Play it with: python manage.py simulate {study.slug} --personas characters …")
