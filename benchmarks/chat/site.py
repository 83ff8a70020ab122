"""A separate site for the benchmark, in a separate folder, with one model file and a description for each way to serve it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from benchmarks.programs import set_up
from benchmarks.random_llama import Shape, random_weights, write_gguf
from benchmarks.tables import make_tables

_MODEL = """
[models.{name}]
backend = "llama_cpp"
file = "model.gguf"
context = 2048
slots = {slots}
threads = {threads}
{engine}
sampling = {{ temperature = 0.8, top_p = 0.95 }}

[models.{name}.responder]
prompts = "llama-2-responder"
max_tokens = {reply_tokens}
coherence = {{ max_n = 5 }}
"""


@dataclass(frozen=True, slots=True)
class Way:
    """How the engine serves people: ``slots`` replies at once. ``name`` names the model and the study."""

    name: str
    slots: int


@dataclass(frozen=True, slots=True)
class Load:
    """What each person does, and how the server answers. ``engine`` are settings of the model instead of measured ones.

    With --idle, people pause between messages (in seconds). Their pauses together exceed the time in which the server notices
    a dead socket, which is twice uvicorn's twenty seconds.
    """

    shape: Shape
    messages: int = 3
    message_words: int = 24
    reply_tokens: int = 64
    threads: int = 2
    engine: str = ""
    messages_beside_idle: int = 10
    pause_beside_idle: float = 5.0


@dataclass(frozen=True, slots=True)
class Site:
    """The folder and the environment that the site's processes share."""

    folder: Path
    environment: dict[str, str]
    load: Load


def open_site(folder: Path, load: Load, ways: Sequence[Way], services: Mapping[str, str]) -> Site:
    """Create the model, its descriptions and the tables, and set up Django in this process for the site.

    ``services`` are settings for another database or channel layer than the default ones.
    """
    write_gguf(folder / "model.gguf", load.shape, random_weights(load.shape))
    models_file = folder / "models.toml"
    models_file.write_text("".join(_describe(way, load) for way in ways), "utf-8")
    own = {"VAR_DIR": str(folder / "var"), "MODELS_FILE": str(models_file)}
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CHANNEL_LAYER_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ.update({**services, **own, "DJANGO_SETTINGS_MODULE": "roleplay_site.settings"})
    if "DATABASE_URL" not in services:
        make_tables(folder, {})
    set_up()
    call_command("migrate", verbosity=0)
    return Site(folder, dict(os.environ), load)


def _describe(way: Way, load: Load) -> str:
    fields = {"threads": load.threads, "engine": load.engine, "reply_tokens": load.reply_tokens}
    return _MODEL.format(name=way.name, slots=way.slots, **fields)
