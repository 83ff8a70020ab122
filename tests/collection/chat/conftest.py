"""A dialogue to chat in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pytest_django import Settings

from collection.chat.database import in_database
from studies.models import Dialogue
from tests.collection.chat.pages import REPLIES, make_chat, write_models
from tests.dialogue.backends.servers import ChatServer, chat_server


@pytest.fixture
def models_file(settings: Settings, tmp_path: Path) -> Path:
    """Write the site's models file, with a chatbot that takes 0.01 s per word."""
    settings.MODELS_FILE = write_models(tmp_path, pause=0.01)
    file: Path = settings.MODELS_FILE
    return file


@pytest.fixture
def slow_chat(settings: Settings, tmp_path: Path, transactional_db: None) -> Dialogue:
    """Return a dialogue whose chatbot would answer for hours."""
    settings.MODELS_FILE = write_models(tmp_path, replies=["One two three " * 500], pause=0.2)
    return make_chat()


@pytest.fixture
def chat(models_file: Path, transactional_db: None) -> Dialogue:
    """Return a dialogue that has just begun."""
    return make_chat()


@pytest_asyncio.fixture
async def api() -> AsyncIterator[ChatServer]:
    """Yield a chatbot's server that fails on request and pauses its reply until the test continues it."""
    async with chat_server(answer=REPLIES[0], pause=0.02) as server:
        yield server


@pytest_asyncio.fixture
async def api_chat(api: ChatServer, settings: Settings, tmp_path: Path, transactional_db: None) -> Dialogue:
    """Return a dialogue with that chatbot."""
    settings.MODELS_FILE = write_models(tmp_path, backend="openai", model="m", base_url=api.url, replies=[])
    return await in_database(make_chat)
