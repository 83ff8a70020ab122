"""``characters export``: write characters with their triplets in RoleBench's format."""

import json
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from characters.context_instruct.exports import export_characters, write_folder
from characters.profiles import find_character
from characters.quantities import counted
from studies.audit import Verb, record

_ABOUT = (
    "Write profiles, descriptions and triplets of characters into a new folder, in RoleBench's format: training part, test "
    "part, and the instructions with the model's confidence."
)


def add_export(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    parser: ArgumentParser = actions.add_parser(
        "export", help="write characters in RoleBench's format", description=_ABOUT
    )
    parser.add_argument("names", metavar="NAME", nargs="+", help="name of a character with selected triplets")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that does not exist or is empty")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_export)


def _export(command: BaseCommand, options: dict[str, Any]) -> None:
    """Export the characters. Raises CharacterRefused."""
    export = export_characters([find_character(name) for name in options["names"]])
    write_folder(export, options["folder"])
    for count in export.counts:
        record(None, Verb.EXPORTED, f"the triplets of {count['name']}", about=str(count["name"]))
    if options["json"]:
        told = {"folder": str(options["folder"]), "files": sorted(map(str, export.files)), "roles": export.counts}
        command.stdout.write(json.dumps(told, ensure_ascii=False))
        return
    for count in export.counts:
        command.stdout.write(
            f"{count['name']}: {counted(int(count['rows']), 'profile row')}, "
            f"{counted(int(count['train']), 'triplet')} for training, {counted(int(count['test']), 'test question')}."
        )
    command.stdout.write(f"Wrote {counted(len(export.files), 'file')} to {options['folder']}.")
