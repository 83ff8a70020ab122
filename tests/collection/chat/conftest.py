"""A dialogue to chat in."""

from pathlib import Path

import pytest
from pytest_django import Settings

from collection.models import Dialogue
from tests.collection.chat.pages import make_chat, write_models


@pytest.fixture
def models_file(settings: Settings, tmp_path: Path) -> Path:
    """The site's models file: a chatbot that takes a hundredth of a second for a word."""
    settings.MODELS_FILE = write_models(tmp_path, pause=0.01)
    file: Path = settings.MODELS_FILE
    return file


@pytest.fixture
def slow_chat(settings: Settings, tmp_path: Path, transactional_db: None) -> Dialogue:
    """One whose chatbot would speak for hours."""
    settings.MODELS_FILE = write_models(tmp_path, replies=["One two three " * 500], pause=0.2)
    return make_chat()


@pytest.fixture
def chat(models_file: Path, transactional_db: None) -> Dialogue:
    """A dialogue that has just begun."""
    return make_chat()
