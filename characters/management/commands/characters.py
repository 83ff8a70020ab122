"""``manage.py characters``: read a character's profile out of a script."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from characters.profile_reports import as_object, in_words, warnings
from rolellm.languages import LANGUAGES
from rolellm.profiles import Profile, read_profile
from rolellm.roles import Role
from rolellm.scripts.turns import UnreadableScript


class Command(BaseCommand):
    help = "Read a character's profile out of a script and say what it contains. Nothing is stored yet."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="import")
        reading = actions.add_parser("import", help="read a script and report the profile; nothing is stored yet")
        reading.add_argument(
            "file", type=Path, help="text of a play, screenplay or transcript, or profile rows (.jsonl)"
        )
        reading.add_argument("--name", required=True, help="the role's name, which is also a label in the script")
        reading.add_argument(
            "--alias", action="append", default=[], metavar="LABEL", help="another label under which the role speaks"
        )
        reading.add_argument("--language", choices=LANGUAGES, help="language of the script (default: detected)")
        reading.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            role = Role(options["name"], tuple(options["alias"]))
            profile = read_profile(options["file"], role, options["language"])
        except UnreadableScript as error:
            raise CommandError(str(error), returncode=2) from error
        self._report(profile, as_json=options["json"])

    def _report(self, profile: Profile, *, as_json: bool) -> None:
        for warning in warnings(profile):
            self.stderr.write(warning)
        if as_json:
            self.stdout.write(json.dumps(as_object(profile), ensure_ascii=False))
            return
        for sentence in in_words(profile):
            self.stdout.write(sentence)
