"""Answers to visitors who may read slowly."""

import asyncio
from typing import Any, Self

from roleplay_site.serving.messages import Message, Send

_ROOM = 1 << 20
"""Bytes: more than any page."""
_PATIENCE = 60.0
"""Seconds without progress after which a visitor is given up."""


class Outbox:
    """Take an answer immediately and deliver it as fast as the visitor reads, so that the thread that created it need not wait.

    At most _ROOM bytes of a long answer are held. ``delivery`` ends early if the visitor was given up.
    """

    delivery: "asyncio.Task[None]"

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._held = 0
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.delivery = asyncio.create_task(self._deliver())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_error: Any) -> None:
        """Wait until the answer has been delivered; drop it after an error."""
        try:
            if kind is None:
                self._messages.put_nowait(None)
                await asyncio.wait({self.delivery})
        finally:
            self.delivery.cancel()

    async def put(self, message: Message) -> None:
        """Take a part of the answer, as soon as there is room."""
        while self._held > _ROOM and not self.delivery.done():
            self._moved.clear()
            await self._moved.wait()
        self._held += len(message.get("body", b""))
        self._messages.put_nowait(message)

    async def _deliver(self) -> None:
        try:
            while message := await self._messages.get():
                async with asyncio.timeout(_PATIENCE):
                    await self._send(message)
                self._held -= len(message.get("body", b""))
                self._moved.set()
        except (TimeoutError, OSError):
            pass  # the visitor reads nothing or has left
        finally:
            self._moved.set()
