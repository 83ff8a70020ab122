"""Searches in the database: the one place that knows how each database keeps its index."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

from studies.search.query import Query, Term


def finds(query: Query) -> Q:
    """Return the condition, for queries about dialogues, that a dialogue has all terms. A query without terms finds nothing."""
    if not query.terms:
        return Q(pk__in=[])
    sql, values = _in_postgresql(query) if connection.vendor == "postgresql" else _in_sqlite(query)
    return Q(pk__in=RawSQL(sql, values))  # noqa: S611  constant statements; what was typed is among the values


@contextmanager
def by_index() -> Iterator[None]:
    """Let PostgreSQL search by its index for words in nearly every dialogue, too.

    For these it prefers reading the words of all dialogues, of which it does not count the length: that takes eight times as
    long.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield


def _in_postgresql(query: Query) -> tuple[str, list[Any]]:
    wanted = " & ".join(f"({' <-> '.join(_lexemes(term))})" for term in query.terms)
    return "SELECT dialogue_id FROM studies_searchtext WHERE words @@ %s::tsquery", [wanted]


def _lexemes(term: Term) -> list[str]:
    quoted = [f"'{word}'" for word in term.words]
    return [*quoted[:-1], f"{quoted[-1]}:*"] if term.is_beginning else quoted


def _in_sqlite(query: Query) -> tuple[str, list[Any]]:
    wanted = " AND ".join(f'"{" ".join(term.words)}"{" *" if term.is_beginning else ""}' for term in query.terms)
    return "SELECT rowid FROM studies_search WHERE studies_search MATCH %s", [wanted]
