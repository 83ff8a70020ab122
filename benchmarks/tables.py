"""The tables of a benchmark's site."""

from collections.abc import Mapping
from pathlib import Path


def make_tables(folder: Path, settings: Mapping[str, str]) -> None:
    """Create the tables of the site in the folder, in a database that nobody else has used, before Django is set up.

    They are a copy of those that ``manage.py migrate`` creates: tests, which have them already, need no five seconds of
    processor time for it.
    """
    from tests.installation import Installation

    Installation(folder / "var", dict(settings)).migrate()
