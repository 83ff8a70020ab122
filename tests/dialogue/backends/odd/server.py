"""A server that answers every request with the same bytes, as real servers, proxies and web sites do."""

import asyncio
import json
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogue.backends.base import BackendError, StopReason

TEXT = "It is 6.25 m/s."


@dataclass(frozen=True)
class Says:
    """The expected result is a reply."""

    text: str = TEXT
    stop_reason: StopReason = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True)
class Fails:
    """The expected result is an error of exactly this class, with a message that matches."""

    kind: type[BackendError]
    sentence: str


@dataclass(frozen=True)
class Odd:
    """A behaviour: the response, and the result that the caller must get.

    ``then`` is what happens to the connection after the body; ``patience`` is the number of seconds that the model waits.
    """

    name: str
    gives: Says | Fails
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then: Literal["close", "reset", "hang"] = "close"
    patience: float = 60.0


def event(value: object) -> bytes:
    """Return one event of a stream; a string is sent unchanged."""
    return f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n".encode()


def stream(*values: object) -> bytes:
    """Return a sequence of events."""
    return b"".join(map(event, values))


def chunk(finish: object = None, /, **delta: Any) -> dict[str, Any]:
    """Return a chunk in OpenAI's format."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def said(text: object = TEXT) -> dict[str, Any]:
    """Return a chunk with text."""
    return chunk(content=text)


END = chunk("stop")
DONE = "[DONE]"


@asynccontextmanager
async def odd_server(odd: Odd) -> AsyncIterator[str]:
    """Yield the address of a server that behaves like that."""

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await reader.readexactly(int(lengths[0]) if lengths else 0)
        writer.write(_head(odd) + odd.body)
        if odd.then == "hang":
            await writer.drain()
            await reader.read()
        elif odd.then == "reset":
            await writer.drain()
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def _head(odd: Odd) -> bytes:
    if odd.status == 0:
        return b""  # no HTTP at all
    kind = "text/event-stream" if odd.status == 200 else "application/json"
    lines = {"Content-Type": kind, "Connection": "close"} | odd.headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {odd.status} Status\r\n{head}\r\n".encode()
