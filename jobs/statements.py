"""Queries that are compiled once, for the few that a worker repeats at every step."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, QuerySet


class Parameter(Expression):
    """The place of a value that is known only when the statement is executed. ``field`` is the one that it is compared with."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class Statement:
    """A query of values, compiled when it is made. Django needs five times as long to compile as the database to answer.

    The database's values of its parameters must equal those in Python, as those of numbers and text do.
    """

    def __init__(self, rows: QuerySet[Any, tuple[Any, ...]]) -> None:
        self._compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._parts = self._compiler.as_sql()
        self._converters = self._compiler.get_converters(column for column, *_ in self._compiler.select)

    def first(self, **values: int | str) -> tuple[Any, ...] | None:
        """Execute the statement with these values of its parameters. Return its first row, if any."""
        parts = [values[part.name] if isinstance(part, Parameter) else part for part in self._parts]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parts)
            found = cursor.fetchone()
        return found and tuple(next(self._compiler.apply_converters([found], self._converters)))
