"""Shared parts of the llama.cpp backend's tests: a model's description, a prompt, waiting for the engine."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialogue.backends.base import Sampling
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

GREEDY = Sampling(temperature=0, max_tokens=24)


def described(path: Path, **changes: Any) -> ModelSpec:
    """Return the description of a small engine for the model in ``path``."""
    settings = {"slots": 4, "context": 512, "threads": 1} | changes
    return ModelSpec(name="random", backend="llama_cpp", file=path, **settings)


def said(text: str) -> list[Message]:
    """Return a history of one message."""
    return [Message("user", text)]


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for an effect of another thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.001)
