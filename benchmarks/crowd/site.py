"""A site with a scripted chatbot, on PostgreSQL and Redis, which are started unless addresses are given."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.programs import set_up

_MODELS = """
[models.crowd]
backend = "scripted"
replies = [{replies}]
pause = 0.05

[models.crowd.responder]
prompts = "llama-2-responder"
coherence = {{ max_n = 5 }}
"""
_WORDS = " ".join(f"word{number}" for number in range(20))
_OTHERS = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS")


@contextmanager
def open_site(folder: Path, replies: int, database: str | None, redis: str | None) -> Iterator[dict[str, str]]:
    """Create the tables. Yield the site's environment, which this process uses, too."""
    models_file = folder / "models.toml"
    models_file.write_text(_MODELS.format(replies=", ".join(f'"{n} {_WORDS}"' for n in range(replies))), "utf-8")
    with ExitStack() as services:
        database = database or services.enter_context(own_database())
        redis = redis or services.enter_context(own_redis())
        for name in _OTHERS:
            os.environ.pop(name, None)
        os.environ.update(
            {
                "VAR_DIR": str(folder / "var"),
                "MODELS_FILE": str(models_file),
                "DATABASE_URL": database,
                "CHANNEL_LAYER_URL": redis,
                "CELERY_BROKER_URL": redis,
                "DJANGO_SETTINGS_MODULE": "roleplay_site.settings",
            }
        )
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield dict(os.environ)
        close_connections()


@contextmanager
def own_database() -> Iterator[str]:
    from tests.installation import serve_postgresql

    with serve_postgresql(max_connections=100) as server:
        yield server.create_database()


@contextmanager
def own_redis() -> Iterator[str]:
    from tests.services import redis

    with redis.serve() as url:
        yield url


def close_connections() -> None:
    from django.db import connection

    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
