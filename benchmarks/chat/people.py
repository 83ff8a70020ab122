"""Simulated participants: each has a socket, sends messages and receives replies, and records the times of both."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from time import perf_counter
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 300
"""Seconds after which a missing frame is an error instead of a measurement."""
TYPING = {"first_key_seconds": 1.0, "typing_seconds": 5.0}


@dataclass(frozen=True, slots=True)
class Person:
    """A participant with a cookie, a dialogue in progress, and the messages to send in it."""

    study: str
    dialogue: str
    cookie: str
    messages: Sequence[str]


@dataclass(slots=True)
class Heard:
    """A reply as received, with times in seconds of one clock.

    ``stored`` is the time at which the server confirmed that it had stored the message, if that is measured; ``pieces`` are
    the times at which text arrived. ``is_cut`` is true if the server announced the complete reply before its last pieces.
    """

    sent: float
    text: str = ""
    pieces: list[float] = field(default_factory=list)
    stored: float = 0.0
    ended: float = 0.0
    is_cut: bool = False

    def is_of(self, stored: str) -> bool:
        """Return whether ``stored`` agrees with the text received."""
        heard = self.text.strip()
        return stored.startswith(heard) if self.is_cut else stored == heard

    @property
    def first_token_seconds(self) -> float:
        return self.pieces[0] - self.sent

    @property
    def gaps(self) -> list[float]:
        """Return the seconds between one piece and the next."""
        return [later - earlier for earlier, later in zip(self.pieces, self.pieces[1:], strict=False)]


class Lost(Exception):
    """A message or a reply did not arrive, or changed on its way."""


def open_socket(address: str, person: Person) -> AbstractAsyncContextManager[ClientConnection]:
    """Connect to the person's chat; ``address`` is that of the site, such as "127.0.0.1:8000"."""
    return connect(
        f"ws://{address}/s/{person.study}/socket/{person.dialogue}/",
        origin=f"http://{address}",  # type: ignore[arg-type]  # the library expects a NewType of str
        additional_headers={"Cookie": person.cookie},
        open_timeout=PATIENCE,
        proxy=None,
    )


@asynccontextmanager
async def enter(address: str, person: Person) -> AsyncIterator[ClientConnection]:
    """Yield the socket of a loaded page, which has received its snapshot."""
    async with open_socket(address, person) as socket:
        await wait_for(socket, "snapshot")
        yield socket


async def wait_for(socket: ClientConnection, kind: str) -> None:
    """Read frames until one of that kind arrives."""
    while (await _next(socket))["type"] != kind:
        pass


async def chat(address: str, person: Person, pause: float = 0.0) -> list[Heard]:
    """Send all messages, each one ``pause`` seconds after the previous reply. Return the replies."""
    heard = []
    async with enter(address, person) as socket:
        for position, message in enumerate(person.messages):
            await asyncio.sleep(pause if position else 0)
            heard.append(await say(socket, position, message))
    return heard


async def say(socket: ClientConnection, position: int, message: str) -> Heard:
    """Send one message and receive the whole reply. Raises Lost."""
    key = token_hex(16)
    heard = Heard(perf_counter())
    await socket.send(json.dumps({"type": "say", "key": key, "text": message, "typing": TYPING}))
    while True:
        frame = await _next(socket)
        match frame["type"]:
            case "piece" | "done" if frame["position"] < position:
                continue
            case "turn" if (frame["position"], frame["key"]) != (position, key):
                raise Lost(f"Message {position} was stored as {frame}.")
            case "piece":
                _append(heard, frame, position)
            case "snapshot" if frame["generation"]:
                _append(heard, {"offset": 0} | frame["generation"], position)
            case "snapshot" if frame["turns"] > position:
                return _cut(heard)
            case "done":
                return _end(heard, frame, position)
            case "refused" | "moved":
                raise Lost(f"Message {position} was answered with {frame}.")


def _append(heard: Heard, frame: dict[str, Any], position: int) -> None:
    """Append the new part of a piece. The server may repeat text, but must not change it. Raises Lost."""
    offset, text = frame["offset"], frame["text"]
    known = heard.text[offset : offset + len(text)]
    if (frame["position"], frame["attempt"]) != (position, 0) or offset > len(heard.text) or not text.startswith(known):
        raise Lost(f"After {heard.text!r} of reply {position} came {frame}.")
    if len(text) > len(known):
        heard.text += text[len(known) :]
        heard.pieces.append(perf_counter())


def _end(heard: Heard, frame: dict[str, Any], position: int) -> Heard:
    heard.ended = perf_counter()
    if (frame["position"], frame["state"]) != (position, "complete") or not heard.pieces:
        raise Lost(f"Reply {position} ended with {frame} after {len(heard.pieces)} pieces.")
    return heard


def _cut(heard: Heard) -> Heard:
    """End a reply whose remaining text the page fetches now."""
    heard.ended, heard.is_cut = perf_counter(), True
    heard.pieces = heard.pieces or [heard.ended]
    return heard


async def _next(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame
