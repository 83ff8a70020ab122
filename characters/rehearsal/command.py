"""``characters rehearse``: store the demo's character."""

from argparse import ArgumentParser, _SubParsersAction
from typing import Any

from django.core.management.base import BaseCommand

from characters.rehearsal.loading import load_character

_ABOUT = (
    "Store Coriolanus from the play, with a description and triplets from answers that are labelled as made up, to try out "
    "what can be done with a character. An existing Coriolanus stays unchanged."
)


def add_rehearse(actions: "_SubParsersAction[Any]") -> None:
    """Add the action."""
    parser: ArgumentParser = actions.add_parser("rehearse", help="store the demo's character", description=_ABOUT)
    parser.set_defaults(run=_rehearse)


def _rehearse(command: BaseCommand, options: dict[str, Any]) -> None:
    character = load_character()
    command.stdout.write(f"{character.name} is stored. Its page: /characters/{character.token}/")
