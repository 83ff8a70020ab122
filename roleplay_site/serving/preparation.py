"""The pages' templates."""

from pathlib import Path

from django.template import Engine


def parse_templates() -> None:
    """Parse every template and keep it: visitors who arrive together would each parse the same ones."""
    engine = Engine.get_default()
    for folder in engine.dirs:
        for path in sorted(Path(folder).rglob("*.html")):
            engine.get_template(path.relative_to(folder).as_posix())
