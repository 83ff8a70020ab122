"""The base of all commands that need the database: studies by name, output to a file."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection

from dialogue.backends import registry
from dialogue.models_file import InvalidModelsFile, UnknownModel, find_model
from studies.audit import Verb, record
from studies.files.exports import Incomplete
from studies.files.whole_files import Unwritable, write_whole
from studies.models import Archived, Study

NO_TABLES = "The database has no tables yet. Run python manage.py migrate, then python manage.py load_demo."


class StudyCommand(BaseCommand):
    """A command about studies. If the database was never migrated, or nothing may begin in an archived study, it fails with one
    sentence and exit status 2.

    It leaves the checks of the code to ``migrate``, because they import every page before the command can begin.
    """

    requires_system_checks = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Archived as reason:
            raise CommandError(str(reason), returncode=2) from reason
        except (OperationalError, ProgrammingError) as error:
            if Study._meta.db_table in connection.introspection.table_names():
                raise
            raise CommandError(NO_TABLES, returncode=2) from error


def find_study(slug: str) -> Study:
    """Return the study called ``slug``. Raises CommandError."""
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.listed().values_list("slug", flat=True)) or "none yet, run load_demo first"
        raise CommandError(f"There is no study {slug!r}. Choose from: {known}.", returncode=2)
    return study


def write_out(path: Path | None, pieces: Iterable[str], study: Study | None, words: str) -> None:
    """Write an export of the study to the file, or to standard output if ``path`` is None, and record it, with what it is in
    ``words``. Raises CommandError."""
    try:
        if path is None:
            _print(pieces)
        else:
            write_whole(path, pieces)
        record(study, Verb.EXPORTED, words)
    except (Incomplete, Unwritable) as error:
        raise CommandError(str(error), returncode=2) from error


def _print(pieces: Iterable[str]) -> None:
    """Write to standard output. Raises Unwritable, unless the reader closed the pipe (``| head``)."""
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except OSError as error:
        # At exit Python would try to write the rest again and print a traceback.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  stays open until the process ends
        if not isinstance(error, BrokenPipeError):
            raise Unwritable(f"Standard output cannot be written ({error.strerror}). Free some disk space.") from error


def refuse_unfit(name: str) -> None:
    """Examine the model that a command is about to use. Raises CommandError with one sentence if it cannot run here."""
    try:
        health = registry.examine(find_model(settings.MODELS_FILE, name))
    except (UnknownModel, InvalidModelsFile) as error:
        raise CommandError(str(error), returncode=2) from error
    if not health.is_ok:
        raise CommandError(health.sentence, returncode=2)


def refuse_idle_options(options: dict[str, Any]) -> None:
    """Refuse less than one piece of work at once, and a report of work that is left to the workers. Raises CommandError."""
    if options.get("concurrency", 1) < 1:
        raise CommandError("--concurrency must be at least 1.", returncode=2)
    if options["queue"] and options["json"]:
        raise CommandError(
            "--queue leaves the work to the workers and does not wait for it. Omit --json.", returncode=2
        )
