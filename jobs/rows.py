"""Statements about a few rows that a worker repeats at every step, composed and planned once.

Django needs several times as long to compose each of them as the database to execute it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model


@contextmanager
def repeating_cursor() -> Iterator[CursorWrapper]:
    """Yield a cursor whose statements PostgreSQL plans only until they have been repeated a few times.

    Django's own cursor writes values into the statement, so the server parses and plans each one again.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    import psycopg  # only here: processes with SQLite do not load it

    connection.ensure_connection()
    wrap: Callable[[Any], CursorWrapper] = (
        connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    )
    with wrap(psycopg.Cursor(connection.connection)) as cursor:
        yield cursor


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert the rows, all of one model, with one statement; they do not receive their keys.

    For PostgreSQL, Django's ``bulk_create`` packs each column into an array. That is faster for hundreds of rows, but for the
    two outputs of a turn it takes twice as long as plain values.
    """
    if not rows:
        return
    table = type(rows[0])
    values = [_prepared(field, field.pre_save(row, True)) for row in rows for field in _fields(table)]
    _execute(_insertion(table, len(rows)), values)


def update_row(row: Model, **values: object) -> None:
    """Store these values of the row's fields, and set them. If the row is gone, nothing is stored."""
    for name, value in values.items():
        setattr(row, name, value)
    fields = [_field(type(row), name) for name in (*values, "pk")]
    _execute(_change(type(row), tuple(values)), [_prepared(field, getattr(row, field.attname)) for field in fields])


def update_rows(rows: Sequence[Model], *names: str) -> None:
    """Store these fields of the rows, all of one model, with one statement that is repeated."""
    if not rows:
        return
    table = type(rows[0])
    fields = [_field(table, name) for name in (*names, "pk")]
    values: Any = [[_prepared(field, getattr(row, field.attname)) for field in fields] for row in rows]
    with repeating_cursor() as cursor:
        cursor.executemany(_change(table, names), values)


def _execute(statement: str, values: list[Any]) -> None:
    with repeating_cursor() as cursor:
        cursor.execute(statement, values)


def _prepared(field: "Field[Any, Any]", value: object) -> object:
    return field.get_db_prep_save(value, connection)


@cache
def _fields(table: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in table._meta.local_concrete_fields if not field.primary_key]


@cache
def _field(table: type[Model], name: str) -> "Field[Any, Any]":
    known = {field.name: field for field in table._meta.concrete_fields}
    return table._meta.pk if name == "pk" else known[name]


@cache
def _insertion(table: type[Model], count: int) -> str:
    columns = ", ".join(map(_column, _fields(table)))
    places = ", ".join([f"({', '.join(['%s'] * len(_fields(table)))})"] * count)
    return f"INSERT INTO {_quote(table._meta.db_table)} ({columns}) VALUES {places}"  # noqa: S608 # names of the model


@cache
def _change(table: type[Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_column(_field(table, name))} = %s" for name in names)
    return f"UPDATE {_quote(table._meta.db_table)} SET {changes} WHERE {_column(_field(table, 'pk'))} = %s"  # noqa: S608 # names of the model


def _column(field: "Field[Any, Any]") -> str:
    return _quote(str(field.column))


def _quote(name: str) -> str:
    return str(connection.ops.quote_name(name))
