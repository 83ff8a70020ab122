"""Queries that are compiled once, for the few that a worker repeats at every step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.transaction import TransactionManagementError

from jobs.rows import repeating_cursor

Row = TypeVar("Row", bound=Model)


def compile_once(rows: QuerySet[Row]) -> Callable[[], list[Row]]:
    """Return a function that reads the rows, whole ones without relations, as they are at each call."""
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:  # Django knows that no row can match
        return list
    return lambda: list(rows.model._default_manager.raw(sql, values))


class Parameter(Expression):
    """The place of a value that is known only when the statement is executed. ``field`` is the one that it is compared with."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A compiled query: its text, and its values and parameters in the order of the text."""

    compiler: Any
    sql: str
    parts: Any
    converters: Any


class Statement:
    """A query of values for transactions that lock rows, compiled once for each kind of database.

    Django needs five times as long to compile it as the database to answer. The database's values of its parameters must equal
    those in Python, as those of numbers and text do.
    """

    def __init__(self, rows: QuerySet[Any, tuple[Any, ...]]) -> None:
        self._query = rows.query
        self._prepared: dict[str, _Prepared] = {}

    def first(self, **values: int | str) -> tuple[Any, ...] | None:
        """Execute the statement with these values of its parameters. Return its first row, if any.

        Outside a transaction a lock would be gone at once, and Django notices that only when it compiles.
        """
        if not connection.in_atomic_block:
            raise TransactionManagementError("This statement runs only inside transaction.atomic().")
        prepared = self._prepared.get(connection.vendor) or self._prepare()
        parts = [values[part.name] if isinstance(part, Parameter) else part for part in prepared.parts]
        with repeating_cursor() as cursor:
            cursor.execute(prepared.sql, parts)
            found = cursor.fetchone()
        return found and tuple(next(prepared.compiler.apply_converters([found], prepared.converters)))

    def _prepare(self) -> _Prepared:
        compiler = self._query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parts = compiler.as_sql()
        prepared = _Prepared(compiler, sql, parts, compiler.get_converters(column for column, *_ in compiler.select))
        self._prepared[connection.vendor] = prepared
        return prepared
