"""Delivery of updates to the pages of a dialogue, in whichever process their sockets are: each piece of a reply once.

The channel layer between processes may lose, repeat or delay frames. So each page has a Delivery, which knows what it has.
"""

import asyncio
import logging
from functools import partial
from time import monotonic
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from collection.chat.chat_state import Marks
from collection.chat.protocol import Moved, ServerFrame, Snapshot
from collection.chat.replies import Reply
from studies.models import Dialogue

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that the layer may take for a message."""
BATCH = 0.05
"""Seconds of a reply that pages get at once: every token by itself would cost more than it shows."""
Frame = dict[str, Any]


class MemoryLayer(InMemoryChannelLayer):  # type: ignore[misc] # Channels is not annotated
    """The channel layer of a single process, which looks for expired messages once a second.

    Channels does so at every message, which took a quarter of the event loop's time with 200 people.
    """

    _cleaned = 0.0

    def _clean_expired(self) -> None:
        if monotonic() - self._cleaned > 1.0:
            self._cleaned = monotonic()
            super()._clean_expired()


def group_of(token: str) -> str:
    """Return the name of the group that the sockets of the dialogue ``token`` are in."""
    return f"chat.{token}"


async def send_update(token: str, frame: ServerFrame, *, sender: str = "") -> None:
    """Send the frame to all pages of the dialogue but that of the channel ``sender``."""
    await _send(token, {"type": "chat.frame", "frame": frame.model_dump(mode="json"), "sender": sender})


async def send_snapshots(token: str) -> None:
    """Let all pages of the dialogue have a snapshot."""
    await _send(token, {"type": "chat.look"})


def announce_moved(dialogue: Dialogue, **signal: object) -> None:
    """Reload the dialogue's pages once the transaction under way is committed; connected to ``dialogue_over``.

    For views and commands. A page that this does not reach finds out when its server next looks, seconds later.
    """
    transaction.on_commit(partial(async_to_sync(send_update), dialogue.token, Moved()), robust=True)


async def deliver(reply: Reply) -> None:
    """Send pages each piece of the reply, several tokens at once, and the rest when it is over."""
    while not reply.over.done():
        await reply.news.wait()
        reply.news.clear()
        await _send_updates(reply)
        await asyncio.wait([reply.over], timeout=BATCH)
    await _send_updates(reply)


async def _send_updates(reply: Reply) -> None:
    for frame in reply.take_updates():
        await send_update(reply.question.token, frame)


async def _send(token: str, message: dict[str, object]) -> None:
    """Send to pages. A layer that is down only delays them, because servers check for changes every few seconds."""
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(group_of(token), message)
    except (RedisError, OSError) as error:  # TimeoutError is an OSError
        logger.warning("Pages cannot be told of dialogue %s: %s", token, error)


class Delivery:
    """What one page has received, since ``known``."""

    def __init__(self, known: Snapshot | None = None) -> None:
        reply = known.generation if known else None
        self.marks = Marks(
            turns=known.turns if known else 0,
            under_way=reply.attempt if reply and reply.is_under_way else None,
            is_over=known is not None and known.ended,
        )
        self._position, self._length = (reply.position, len(reply.text)) if reply else (-1, 0)

    def take(self, frame: Frame) -> Frame | None:
        """Return what of the frame the page needs, if anything.

        A piece that begins after what the page has is dropped: what lies between comes again within a second.
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
