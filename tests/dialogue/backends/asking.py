"""A model at the test's server, and a request to it."""

import asyncio
from collections.abc import Callable
from typing import Any

from dialogue.backends.openai import OpenAIModel
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.servers import ChatServer

ASK = [Message("system", "Be brief."), Message("user", "What is a bear?")]


def spec_at(url: str | None, **settings: Any) -> ModelSpec:
    return ModelSpec(name="api", backend="openai", model="m", base_url=url, **settings)


def model_at(server: ChatServer, **settings: Any) -> OpenAIModel:
    return OpenAIModel(spec_at(server.url, **settings))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the server counts, it does not ring
            await asyncio.sleep(0.01)
