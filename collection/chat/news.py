"""Telling the pages of a dialogue what happens, in whichever process their sockets are."""

import asyncio
import logging
from functools import partial
from time import monotonic

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from collection.chat.protocol import Moved, ServerFrame
from studies.models import Dialogue

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that the layer may take for a message."""


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
    """The name of the group that the sockets of the dialogue ``token`` are in."""
    return f"chat.{token}"


async def tell(token: str, frame: ServerFrame, *, sender: str = "") -> None:
    """Sends the frame to all pages of the dialogue but that of the channel ``sender``."""
    await _send(token, {"type": "chat.frame", "frame": frame.model_dump(mode="json"), "sender": sender})


async def tell_to_look(token: str) -> None:
    """Lets all pages of the dialogue have a snapshot."""
    await _send(token, {"type": "chat.look"})


def announce_moved(dialogue: Dialogue, **signal: object) -> None:
    """Hears ``dialogue_over``: once the transaction under way is committed, the dialogue's pages load anew.

    For views and commands. Whom it does not reach hears of it when the page's server next looks, seconds later.
    """
    transaction.on_commit(partial(async_to_sync(tell), dialogue.token, Moved()), robust=True)


async def _send(token: str, message: dict[str, object]) -> None:
    """Send news to pages. A layer that is down only delays them, because servers check for changes every few seconds."""
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(group_of(token), message)
    except (RedisError, OSError) as error:  # TimeoutError is an OSError
        logger.warning("Pages cannot be told of dialogue %s: %s", token, error)
