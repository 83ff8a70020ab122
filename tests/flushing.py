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
        filled = [table for table in _tables() if _has_rows(table)]
        if filled:
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), filled))


@cache
def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [name for name in names if name not in KEPT]


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})")  # noqa: S608
        return bool(cursor.fetchone()[0])
