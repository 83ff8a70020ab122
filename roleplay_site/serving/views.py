"""The page after an unexpected error."""

import sqlite3
import sys

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

from roleplay_site.serving.refusals import NO_DATABASE

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNUSABLE = (
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL),
    *(sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT),
)
_PASSING = ("08", "40", "53", "55", "57")
"""PostgreSQL's classes of errors: connections, conflicts of transactions, lack of resources, rows in use, shutting down."""


def answer_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 if the database is unavailable, or else 500. Django calls this while it handles the error.

    Participants and evaluators read it in the language of their pages.
    """
    if is_passing(sys.exc_info()[1]):
        return HttpResponse(NO_DATABASE.page, status=NO_DATABASE.status, headers=NO_DATABASE.headers)
    from enrolment.views import explain_failure  # the log, which needs this module, is set up before there are models

    try:
        return explain_failure(request) or server_error(request)
    except Error:  # the study cannot be read either
        return server_error(request)


def is_passing(error: BaseException | None) -> bool:
    """Return whether the same work may succeed later: the database is down, has no free connection, or a row is in use."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BUSY
    state = getattr(cause, "sqlstate", None)  # None if no server sent one
    return state is None or state[:2] in _PASSING


def describe_absence(error: Error) -> str:
    """Return a sentence for the terminal about the unavailable database; empty for any other error."""
    is_away = is_passing(error) or _is_unusable(error.__cause__)
    said = " ".join(str(error).split())
    return (
        f"The database cannot be used ({said}). Check that it is running and not full, and check DATABASE_URL."
        if is_away
        else ""
    )


def _is_unusable(cause: BaseException | None) -> bool:
    """Return whether no work can ever succeed: the file is not a database, or the driver refuses the address."""
    import psycopg  # only after an error: sites on SQLite start without it

    if isinstance(cause, psycopg.ProgrammingError):
        return cause.sqlstate is None
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _UNUSABLE
