"""Database errors: which ones are temporary, and what a visitor reads."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, ProgrammingError
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, override_settings
from django.urls import include, path

from roleplay_site.serving.views import is_passing
from tests.services.binaries import free_port

pytestmark = pytest.mark.django_db
SETTINGS = {
    "ATOMIC_REQUESTS": False,
    "AUTOCOMMIT": True,
    "CONN_HEALTH_CHECKS": False,
    "CONN_MAX_AGE": 0,
    "HOST": "127.0.0.1",
    "PASSWORD": "",
    "TIME_ZONE": None,
    "USER": "postgres",
}


def no_connection(port: int, **options: object) -> OperationalError:
    """Return the error of a failed connection."""
    connection = PostgreSQL({**SETTINGS, "NAME": "postgres", "PORT": port, "OPTIONS": options}, "elsewhere")
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return error
    finally:
        if options:
            connection.close_pool()
    raise AssertionError("There was one.")


def locked(folder: Path) -> OperationalError:
    """Return the error of writing while another connection writes."""
    name = str(folder / "locked.sqlite3")
    with closing(sqlite3.connect(name, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        connection = SQLite({**SETTINGS, "NAME": name, "OPTIONS": {"timeout": 0}}, "beside")
        try:
            connection.cursor().execute("CREATE TABLE words (word text)")
        except OperationalError as error:
            return error
        finally:
            connection.close()
    raise AssertionError("It was not locked.")


def busy(_request: HttpRequest) -> HttpResponse:
    raise no_connection(free_port(), pool={"min_size": 0, "max_size": 1, "timeout": 0.1})


def broken(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path("", include("roleplay_site.urls")), path("busy/", busy), path("broken/", broken)]
handler500 = "roleplay_site.serving.views.answer_error"


def test_a_server_that_is_down_and_a_pool_without_a_free_connection_pass() -> None:
    assert is_passing(no_connection(free_port()))
    assert is_passing(no_connection(free_port(), pool={"min_size": 0, "max_size": 1, "timeout": 0.1}))


def test_a_lock_of_another_process_is_temporary(tmp_path: Path) -> None:
    assert is_passing(locked(tmp_path))


def test_a_statement_that_is_wrong_does_not_pass() -> None:
    connection = SQLite({**SETTINGS, "NAME": ":memory:", "OPTIONS": {}}, "memory")
    with pytest.raises(OperationalError) as wrong:
        connection.cursor().execute("SELECT * FROM nowhere")
    connection.close()
    assert not is_passing(wrong.value)
    assert not is_passing(ProgrammingError())
    assert not is_passing(None)


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("address", "status"), [("/busy/", 503), ("/broken/", 500)])
async def test_only_what_passes_is_answered_with_when_to_come_back(address: str, status: int) -> None:
    response = await AsyncClient(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert ("Retry-After" in response.headers) == (status == 503)
    assert ("Site temporarily unavailable" in response.content.decode()) == (status == 503)
