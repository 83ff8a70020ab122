"""Emptying of tables after a test with real transactions."""

from functools import cache

from django.core.management.color import no_style
from django.db import connection, transaction

KEPT = {"auth_permission", "django_content_type"}
"""What ``migrate`` fills and no test changes: Django's own flush makes these rows again, which takes longer than most tests."""


def empty_tables(*_: object) -> None:
    """Delete all rows except those of ``KEPT``; empty tables cost nothing.

    A server in another thread may still answer a page's last request: it writes either before the check or after the end.
    """
    with transaction.atomic():
        if filled := _filled_tables():
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), filled))


@cache
def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [name for name in names if name not in KEPT]


def _filled_tables() -> list[str]:
    """Return the tables that have rows, by one statement: a hundred take longer than many a test."""
    names = [(table, connection.ops.quote_name(table)) for table in _tables()]
    each = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted})" for table, quoted in names]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return [table for [table] in cursor.fetchall()]
