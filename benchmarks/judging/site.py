"""A separate site for the benchmark, in a separate folder, and text for the longest dialogues."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.programs import set_up
from benchmarks.tables import make_tables

TURNS = 12
WORDS = 310
"""About 400 tokens of English."""
_WORDS = (
    "the a you can run this that speed time with some walking easily mountains of France and how many calories "
    "**about** `metres` because goal answer number three quarters really depends on your weight, so please note"
)


def open_site(folder: Path) -> dict[str, str]:
    """Create the tables. Return the site's environment, which this process uses, too."""
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CHANNEL_LAYER_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ.update({"VAR_DIR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": "roleplay_site.settings"})
    make_tables(folder, {})
    set_up()
    return dict(os.environ)


def long_text(draw: Random) -> str:
    """Return paragraphs and a list, as a model writes them."""
    lines = [" ".join(draw.choices(_WORDS.split(), k=WORDS // 10)) for _ in range(10)]
    paragraphs, points = lines[:6], lines[6:]
    return "\n\n".join([*paragraphs, "\n".join(f"{number}. {point}" for number, point in enumerate(points, 1))])


def texts(seed: int) -> Iterator[str]:
    """Yield texts that never repeat, so that no page finds its text already rendered."""
    draw = Random(seed)
    while True:
        yield long_text(draw)
