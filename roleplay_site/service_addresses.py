"""The addresses of the database, the broker and the channel layer: wrong ones end a start, not the first request."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"
_LONGEST_NAME = 63
"""PostgreSQL's limit for the name of a database."""
_REDIS = ("redis", "rediss")


def check_database(database: Mapping[str, Any]) -> None:
    """Refuse what DATABASE_URL was read as. Raises ImproperlyConfigured."""
    name = str(database["NAME"])
    if database["ENGINE"] == SQLITE and name in ("", ":memory:"):
        raise ImproperlyConfigured("DATABASE_URL names no file. Write sqlite:/// and the file's path.")
    if database["ENGINE"] == POSTGRESQL and not 0 < len(name) <= _LONGEST_NAME:
        raise ImproperlyConfigured(
            f"DATABASE_URL must name a database, of 1 to {_LONGEST_NAME} characters, after the host:"
            " postgres://user:password@host/name."
        )
    if database["ENGINE"] not in (SQLITE, POSTGRESQL):
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgres:// or sqlite:///. Other databases are not supported."
        )


def check_broker(url: str) -> None:
    """Refuse a CELERY_BROKER_URL that workers cannot use. Raises ImproperlyConfigured."""
    if not url.startswith("filesystem://"):
        _check_redis("CELERY_BROKER_URL", url)


def check_channel_layer(url: str) -> None:
    """Refuse a CHANNEL_LAYER_URL that chats cannot use; an empty one is none. Raises ImproperlyConfigured."""
    if url:
        _check_redis("CHANNEL_LAYER_URL", url)


def _check_redis(variable: str, url: str) -> None:
    """Raise ImproperlyConfigured unless it is a Redis address. The sentence does not quote it: it may hold a password."""
    if not _is_redis(url):
        raise ImproperlyConfigured(
            f"{variable} is not the address of a Redis server. It must look like redis://host:6379/0, with a port up to"
            " 65535 and the number of a database."
        )


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0  # raises ValueError if it is not a number or too large
    except ValueError:
        return False
    number = parts.path.strip("/")
    return parts.scheme in _REDIS and has_port and (not number or (number.isascii() and number.isdigit()))
