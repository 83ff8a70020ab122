"""What all commands that need the database have in common."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection

from collection.models import Study

NO_TABLES = "The database has no tables yet: run python manage.py migrate, then python manage.py load_demo."


class StudyCommand(BaseCommand):
    """A command about studies. On a database that was never migrated it says so in a sentence, with exit status 2."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            if Study._meta.db_table in connection.introspection.table_names():
                raise
            raise CommandError(NO_TABLES, returncode=2) from error
