"""A site with scripted models for large runs, on PostgreSQL or SQLite, with Redis as its broker."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.crowd.site import close_connections, own_database, own_redis
from benchmarks.programs import set_up
from benchmarks.tables import make_tables

FAST, SLOW = "fast", "slow"
"""The models: one answers at once, the other takes as long as REPLY_SECONDS says."""
TURNS = {FAST: 5, SLOW: 2}
"""Turns of each dialogue; its last output is the stop token. Five is about the average of the paper's simulations (5.30)."""
REPLY_SECONDS = 0.6
_ASK = "What is a good way to learn the names of the birds in my garden, and which of them sing in the morning?"
_ANSWER = (
    "Begin with the most frequent ones. Watch one of them for a week, note its size, its colours and what it eats, and "
    "listen for its song again on the next day."
)
_MODEL = """
[models.{name}-{side}]
backend = "scripted"
replies = [{replies}]
pause = {pause}
spread = 0.6

[models.{name}-{side}.{side}]
prompts = "{prompts}"
coherence = {{ max_n = 8 }}
"""
_OTHERS = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "DATABASE_URL", "CHANNEL_LAYER_URL")


@contextmanager
def open_site(folder: Path, *, on_sqlite: bool) -> Iterator[dict[str, str]]:
    """Create the tables. Yield the site's environment, which this process uses, too."""
    models_file = folder / "models.toml"
    models_file.write_text(_models(), "utf-8")
    with ExitStack() as services:
        for name in _OTHERS:
            os.environ.pop(name, None)
        os.environ.update(
            {
                "VAR_DIR": str(folder / "var"),
                "MODELS_FILE": str(models_file),
                "CELERY_BROKER_URL": services.enter_context(own_redis()),
                "DJANGO_SETTINGS_MODULE": "roleplay_site.settings",
            }
        )
        database = {} if on_sqlite else {"DATABASE_URL": services.enter_context(own_database())}
        make_tables(folder, database)
        os.environ.update(database)
        set_up()
        yield dict(os.environ)
        close_connections()


def _models() -> str:
    return "".join(
        _describe(name, "inquirer", "llama-2", [*(f'\\"{_ASK} ({turn})\\"' for turn in range(TURNS[name])), "FINISH"])
        + _describe(name, "responder", "llama-2-responder", [_ANSWER] * TURNS[name])
        for name in TURNS
    )


def _describe(name: str, side: str, prompts: str, replies: list[str]) -> str:
    """Return a model whose replies take REPLY_SECONDS on average if it is slow."""
    pause = REPLY_SECONDS * len(replies) / sum(len(reply.split()) for reply in replies) if name == SLOW else 0
    quoted = ", ".join(f'"{reply}"' for reply in replies)
    return _MODEL.format(name=name, side=side, prompts=prompts, replies=quoted, pause=pause)
