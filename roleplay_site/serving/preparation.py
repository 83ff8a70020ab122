"""Preparation of a web process, so that its first visitors need not wait for it."""

from pathlib import Path

from django.template import Engine
from django.urls import get_resolver


def prepare() -> None:
    """Load every address with the view behind it, and parse every template."""
    _ = get_resolver().reverse_dict
    engine = Engine.get_default()
    for folder in engine.dirs:
        for path in sorted(Path(folder).rglob("*.html")):
            engine.get_template(path.relative_to(folder).as_posix())
