"""The body of a request, read completely before any work on it, so that a slow sender does not delay others."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from roleplay_site.serving.messages import Message, Receive, Scope
from roleplay_site.serving.refusals import TOO_LARGE, TOO_SLOW, Refused

_PIECE = 1 << 16
_LINGER = 10.0
"""Seconds for which the rest of a too large body is read and discarded. A browser that is cut off while sending shows its own
error instead of the answer."""


class Gone(Exception):
    """The visitor has left before their request was complete."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum bytes of a body, and the maximum seconds until it has arrived."""

    size: int
    seconds: float


async def read_body(scope: Scope, receive: Receive, file: IO[bytes], limits: Limits) -> None:
    """Read the whole body into ``file`` and rewind it. Raises Refused and Gone."""
    if _announced(scope) > limits.size:
        await _refuse_size(scope, receive)
    try:
        async with asyncio.timeout(limits.seconds):
            await _read(scope, receive, file, limits.size)
    except TimeoutError:
        raise Refused(TOO_SLOW) from None
    file.seek(0)


def next_message(file: IO[bytes]) -> Message:
    """Return the next piece of the body as an ASGI message."""
    piece = file.read(_PIECE)
    return {"type": "http.request", "body": piece, "more_body": len(piece) == _PIECE}


async def _read(scope: Scope, receive: Receive, file: IO[bytes], most: int) -> None:
    has_more = True
    while has_more:
        piece, has_more = await _next_piece(receive)
        file.write(piece)
        if file.tell() > most:
            await _refuse_size(scope, receive if has_more else None)


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    return message.get("body", b""), message.get("more_body", False)


async def _refuse_size(scope: Scope, rest: Receive | None) -> None:
    """Refuse a body that is too large; refuse immediately if the sender asks first (``Expect``). Raises Refused and Gone."""
    if rest and not _header(scope, b"expect"):
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while (await _next_piece(rest))[1]:
                    pass
    raise Refused(TOO_LARGE)


def _announced(scope: Scope) -> int:
    """Return the announced number of bytes; 0 if none is announced."""
    length = _header(scope, b"content-length")
    return int(length) if length.isdigit() else 0


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((bytes(value) for name, value in scope["headers"] if name == wanted), b"")
