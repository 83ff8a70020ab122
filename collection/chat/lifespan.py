"""What the chat does when the server stops."""

from collections.abc import Awaitable, Callable
from typing import Any

from collection.chat.answering import answerer
from dialogue.backends import registry

Message = dict[str, Any]


async def lifespan(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """An ASGI application for the server's own start and stop: replies under way end as interrupted, models are closed."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await answerer().shut_down()
    await registry.close_models()
    await send({"type": "lifespan.shutdown.complete"})
