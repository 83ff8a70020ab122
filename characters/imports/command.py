"""``characters import``: store characters from a file or a folder."""

import json
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from characters.imports.descriptions import read_texts, store_descriptions
from characters.imports.folders import StoredFolder, read_folder, store_folder
from characters.imports.profiles import store_profile
from characters.imports.reports import folder_as_object, folder_in_words, outcome_in_words
from characters.profile_reports import as_object, in_words, warnings
from characters.refusals import CharacterRefused
from rolellm.languages import LANGUAGES
from rolellm.profiles import Profile, read_profile
from rolellm.roles import Role

_ABOUT = (
    "Store characters. FILE is the text of a play, screenplay or transcript, or profile rows (.jsonl), for the character "
    "--name; or descriptions (desc.json), or a folder with published profiles, for all characters in it."
)


def add_import(actions: "_SubParsersAction[Any]") -> None:
    """Add the action and its options."""
    parser: ArgumentParser = actions.add_parser("import", help="store characters from a file", description=_ABOUT)
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="script, profile rows, desc.json, or a published folder"
    )
    parser.add_argument("--name", default="", help="the role's name, which is also a label in the script")
    parser.add_argument(
        "--alias", action="append", default=[], metavar="LABEL", help="another label under which the role speaks"
    )
    parser.add_argument("--language", choices=LANGUAGES, help="language of the script (default: detected)")
    parser.add_argument("--script", default="", metavar="TITLE", help="title of the play, film or series")
    parser.add_argument(
        "--replace", action="store_true", help="replace a profile, keeping description and audit, or a description"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_import)


def _import(command: BaseCommand, options: dict[str, Any]) -> None:
    """Import what the file is. Raises UnreadableScript or CharacterRefused."""
    file: Path = options["file"]
    if file.is_dir() or file.suffix.lower() == ".json":
        _refuse_options_of_scripts(options)
    if file.is_dir():
        found = read_folder(file, options["name"])
        _tell(command, store_folder(found, file.name, replace=options["replace"]), as_json=options["json"])
    elif file.suffix.lower() == ".json":
        texts = _chosen(read_texts(file), options["name"], file)
        stored = StoredFolder([], store_descriptions(texts, replace=options["replace"]), {})
        _tell(command, stored, as_json=options["json"])
    else:
        _import_profile(command, file, options)


def _refuse_options_of_scripts(options: dict[str, Any]) -> None:
    """Raise CharacterRefused if an option was given that would have no effect."""
    if options["alias"] or options["language"] or options["script"]:
        raise CharacterRefused("--alias, --language and --script belong to a script. Omit them for published files.")


def _import_profile(command: BaseCommand, file: Path, options: dict[str, Any]) -> None:
    """Report the profile, even if it is then refused."""
    if not options["name"].strip():
        raise CharacterRefused("A script has many roles. Name the role with --name.")
    profile = read_profile(file, Role(options["name"].strip(), tuple(options["alias"])), options["language"])
    store = partial(store_profile, profile, source=file.name, script=options["script"], replace=options["replace"])
    _store_and_report(command, profile, lambda: store().outcome, as_json=options["json"])


def _store_and_report(command: BaseCommand, profile: Profile, store: Callable[[], str], *, as_json: bool) -> None:
    outcome = "refused"
    try:
        outcome = store()
    finally:
        _report(command, profile, outcome, as_json=as_json)


def _report(command: BaseCommand, profile: Profile, outcome: str, *, as_json: bool) -> None:
    for warning in warnings(profile):
        command.stderr.write(warning)
    if as_json:
        command.stdout.write(json.dumps(as_object(profile) | {"stored": outcome}, ensure_ascii=False))
        return
    for sentence in in_words(profile):
        command.stdout.write(sentence)
    command.stdout.write(f"The profile is {outcome_in_words(outcome)}.")


def _tell(command: BaseCommand, stored: StoredFolder, *, as_json: bool) -> None:
    if as_json:
        command.stdout.write(json.dumps(folder_as_object(stored), ensure_ascii=False))
        return
    for sentence in folder_in_words(stored):
        command.stdout.write(sentence)


def _chosen(texts: dict[str, str], name: str, file: Path) -> dict[str, str]:
    if name and name not in texts:
        raise CharacterRefused(f"{file} has no description of {name!r}. Correct --name, or omit it to import all.")
    return {name: texts[name]} if name else texts
