"""``manage.py prompts``: list, show and store prompt sets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from dialogue.prompt_file import write_prompts
from dialogue.seeds import SPEAKERS
from studies.commands import StudyCommand
from studies.prompt_sets.library import find_any, list_choices, text_of
from studies.prompt_sets.versions import PromptSetRefused, store_version


class Command(StudyCommand):
    help = "List the prompt sets, show one as TOML, or store a TOML file as the latest version of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", title="actions")
        show = actions.add_parser("show", help="print a prompt set as TOML")
        show.add_argument("reference", metavar="NAME[@VERSION]", help="without a version, the latest one")
        store = actions.add_parser("store", help="store a TOML file as the latest version of a prompt set")
        store.add_argument("name", metavar="NAME", help="small letters, digits and hyphens")
        store.add_argument("file", metavar="FILE", type=Path)

    def handle(self, **options: Any) -> None:
        match options["action"]:
            case "show":
                self._show(options["reference"])
            case "store":
                self._store(options["name"], options["file"])
            case _:
                self._list()

    def _list(self) -> None:
        for speaker in SPEAKERS:
            for reference, _ in list_choices(speaker):
                self.stdout.write(f"{reference}: {speaker}, {find_any(reference).prompts.language}")

    def _show(self, reference: str) -> None:
        try:
            found = find_any(reference)
        except LookupError as error:
            raise CommandError(str(error.args[0]), returncode=2) from error
        self.stdout.write(text_of(found.reference) or write_prompts(found.prompts), ending="")

    def _store(self, name: str, file: Path) -> None:
        try:
            self.stdout.write(f"Stored as {store_version(name, _read(file))}.")
        except PromptSetRefused as error:
            raise CommandError(str(error), returncode=2) from error


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise CommandError(
            f"The file {file} cannot be read: {error.strerror}. Name a TOML file.", returncode=2
        ) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"The file {file} is not UTF-8 text. Save it as UTF-8.", returncode=2) from error
