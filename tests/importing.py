"""A plugin with which pytest imports all tests, their assertions rewritten, and collects none."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> bool:
    """Import the files that pytest would import. What cannot be imported is reported by each process that collects it."""
    for file in sorted(Path("tests").rglob("*.py")):
        if file.name.startswith(("test_", "conftest.")):
            with suppress(Exception, pytest.skip.Exception):
                import_module(".".join(file.with_suffix("").parts))
    return True
