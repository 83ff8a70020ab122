"""Delivery of updates to a dialogue's pages, whichever process holds their sockets: each piece of a reply exactly once.

The channel layer between processes may lose, repeat or delay frames. So each page has a Delivery that tracks what it has.
"""

import asyncio
import logging
from functools import partial
from time import monotonic
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

from collection.chat.chat_state import Marks
from collection.chat.protocol import Moved, ServerFrame, Snapshot
from collection.chat.replies import Reply
from studies.models import Dialogue

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that the channel layer may take for a message."""
BATCH = 0.05
"""Seconds of a reply that are sent together, because sending every token separately would cost too much."""
Frame = dict[str, Any]


class MemoryLayer(InMemoryChannelLayer):  # type: ignore[misc] # Channels is not annotated
    """The channel layer of a single process, which removes expired messages once a second.

    Channels does so at every message, which took a quarter of the event loop's time with 200 people.
    """

    _cleaned = 0.0

    def _clean_expired(self) -> None:
        if monotonic() - self._cleaned > 1.0:
            self._cleaned = monotonic()
            super()._clean_expired()


def group_of(token: str) -> str:
    """Return the name of the group of the dialogue's sockets."""
    return f"chat.{token}"


async def send_update(token: str, frame: ServerFrame, *, sender: str = "") -> None:
    """Send the frame to all pages of the dialogue except that of the channel ``sender``."""
    await _send(token, {"type": "chat.frame", "frame": frame.model_dump(mode="json"), "sender": sender})


async def send_snapshots(token: str) -> None:
    """Make all pages of the dialogue receive a snapshot."""
    await _send(token, {"type": "chat.look"})


def announce_moved(dialogue: Dialogue, **signal: object) -> None:
    """Reload the dialogue's pages once the current transaction is committed; connected to ``dialogue_over``.

    For views and commands. Pages that this does not reach find out at their server's next check, seconds later.
    """
    transaction.on_commit(partial(async_to_sync(send_update), dialogue.token, Moved()), robust=True)


async def deliver(reply: Reply) -> None:
    """Send pages the reply in pieces of several tokens, and the rest when it is over."""
    while not reply.over.done():
        await reply.news.wait()
        reply.news.clear()
        await _send_updates(reply)
        await asyncio.wait([reply.over], timeout=BATCH)
    await _send_updates(reply)


async def _send_updates(reply: Reply) -> None:
    for frame in reply.take_updates():
        await send_update(reply.question.token, frame)


def layer_errors() -> tuple[type[Exception], ...]:
    """Return what a channel layer raises if it is down. Only an error loads Redis's library: it would slow every start."""
    from redis.exceptions import RedisError

    return RedisError, OSError  # TimeoutError is an OSError


async def _send(token: str, message: dict[str, object]) -> None:
    """Send a message to pages. If the layer is down, they are only delayed, because servers check for changes regularly."""
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(group_of(token), message)
    except layer_errors() as error:
        logger.warning("Updates of dialogue %s cannot be sent to its pages: %s", token, error)


class Delivery:
    """Tracks what one page has received, starting from ``known``."""

    def __init__(self, known: Snapshot | None = None) -> None:
        reply = known.generation if known else None
        self.marks = Marks(
            turns=known.turns if known else 0,
            under_way=reply.attempt if reply and reply.is_under_way else None,
            is_over=known is not None and known.ended,
        )
        self._position, self._length = (reply.position, len(reply.text)) if reply else (-1, 0)

    def take(self, frame: Frame) -> Frame | None:
        """Return the part of the frame that the page needs, or None.

        Drop a piece that begins after the page's text, because the missing part is sent again within a second.
        """
        match frame["type"]:
            case "turn":
                return self._take_turn(frame)
            case "piece":
                return self._take_piece(frame)
            case "thinking":
                return self._take_thinking(frame)
            case "done":
                self.marks = Marks(self.marks.turns, None, self.marks.is_over)
        return frame

    def _take_turn(self, frame: Frame) -> Frame:
        self.marks = Marks(frame["position"] + 1, 0, self.marks.is_over)
        self._position, self._length = frame["position"], 0
        return frame

    def _take_thinking(self, frame: Frame) -> Frame | None:
        if not self._is_of_this_reply(frame):
            return None
        self._length = min(self._length, frame["length"])
        return frame

    def _take_piece(self, frame: Frame) -> Frame | None:
        if not self._is_of_this_reply(frame):
            return None
        known = self._length - frame["offset"]
        is_begin = not frame["text"] and known == 0
        if known < 0 or (known >= len(frame["text"]) and not is_begin):
            return None
        self._length += len(frame["text"]) - known
        return frame | {"offset": frame["offset"] + known, "text": frame["text"][known:]}

    def _is_of_this_reply(self, frame: Frame) -> bool:
        return (frame["position"], frame["attempt"]) == (self._position, self.marks.under_way)
