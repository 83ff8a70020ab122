"""A provider that makes up triplets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from dialogue.backends import registry
from tests.characters.context_instruct.servers import AuthorServer, author_server, write_models


@pytest.fixture
def author(tmp_path: Path, settings: Settings) -> Iterator[AuthorServer]:
    """Run a provider of the model ``author``, and forget the model at the end."""
    with author_server() as server:
        settings.MODELS_FILE = write_models(tmp_path, server)
        yield server
        async_to_sync(registry.close_models)()
