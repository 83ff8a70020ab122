"""A small OpenAI-compatible server, which streams answers word by word and fails like real ones on request."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from anyio.from_thread import start_blocking_portal


@dataclass(frozen=True)
class Failure:
    """A failure instead of an answer; ``hang_up`` closes the connection without a response. ``body`` replaces code and
    message."""

    status: int = 500
    code: str | None = None
    message: str = "It failed."
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    body: object = None


@dataclass
class ChatServer:
    """The server's replies, and the requests that it received. Each of ``failures`` answers one request before it works.

    An ``outage`` answers every request after the first ``answers``, as long as it lasts. An answer pauses after ``held_at``
    words until ``goes_on`` is set. With ``allowed`` answers under way, further requests get ``crowded``. ``usage`` is added to
    the token counts. ``refuses`` holds the error for a request with a setting of that name; one with more than
    ``most_messages`` is too long.
    """

    answer: str = "Bears are large animals that eat almost anything."
    finish: str | None = "stop"
    usage: dict[str, Any] = field(default_factory=dict)
    pause: float = 0.0
    held_at: int | None = None
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    allowed: int | None = None
    crowded: Failure = Failure(429, "rate_limit_exceeded")
    key: str | None = None
    refuses: dict[str, Failure] = field(default_factory=dict)
    most_messages: int | None = None
    failures: list[Failure] = field(default_factory=list)
    outage: Failure | None = None
    answers: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answering: int = 0
    under_way: int = 0
    most_under_way: int = 0
    disconnects: int = 0
    url: str = ""

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        path, headers, body = await _read_request(reader)
        self.paths.append(path)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self._answer(headers, body, reader, writer)
        except ConnectionError:
            self.disconnects += 1
        finally:
            self.under_way -= 1
            writer.close()

    async def _answer(self, headers: dict[str, str], body: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        failure = self._failure(headers, body)
        if failure is None and not body:
            await _respond(writer, 200, {"object": "list", "data": []})
        elif failure is None:
            self.answering += 1
            try:
                await self._stream(json.loads(body), reader, writer)
            finally:
                self.answering -= 1
        elif not failure.hang_up:
            error = {"error": {"code": failure.code, "message": failure.message, "type": "error"}}
            await _respond(writer, failure.status, failure.body or error, failure.headers)

    def _failure(self, headers: dict[str, str], body: bytes) -> Failure | None:
        if self.key and headers.get("authorization", headers.get("api-key")) not in (self.key, f"Bearer {self.key}"):
            return Failure(401, "invalid_api_key", "Incorrect API key.")
        if body:
            self.requests.append(json.loads(body))
            self.arrivals.append(monotonic())
            for name in self.requests[-1].keys() & self.refuses:
                return self.refuses[name]
            if self.most_messages is not None and len(self.requests[-1]["messages"]) > self.most_messages:
                return Failure(400, message="prompt is too long: 201000 tokens > 200000 maximum")
        if self.outage and len(self.requests) > self.answers:
            return self.outage
        if body and self.allowed is not None and self.answering >= self.allowed:
            return self.crowded
        return self.failures.pop(0) if self.failures else None

    async def _stream(self, request: dict[str, Any], reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        limit: int = request.get("max_tokens", request.get("max_completion_tokens", 1000))
        words = [f" {word}" if position else word for position, word in enumerate(self.answer.split())]
        for position, word in enumerate(words[:limit]):
            if position == self.held_at:
                await self.goes_on.wait()
            await self._send(_chunk({"content": word}), reader, writer)
        finish = "length" if len(words) > limit else self.finish
        if finish:
            await self._send(_chunk({}, finish), reader, writer)
        if request.get("stream_options"):
            usage = {"prompt_tokens": 11, "completion_tokens": min(len(words), limit), "total_tokens": 0}
            usage |= self.usage
            await self._send({**_chunk({}), "choices": [], "usage": usage}, reader, writer)
        writer.write(b"data: [DONE]\n\n")

    async def _send(self, event: dict[str, Any], reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(f"data: {json.dumps(event)}\n\n".encode())
        await writer.drain()
        hung_up = asyncio.create_task(reader.read())
        done, _ = await asyncio.wait([hung_up], timeout=self.pause)
        hung_up.cancel()
        if done:
            raise ConnectionResetError


@asynccontextmanager
async def chat_server(port: int = 0, **settings: Any) -> AsyncIterator[ChatServer]:
    """Run a server on this machine, by default on a free port."""
    chat = ChatServer(**settings)
    server = await asyncio.start_server(chat.serve, "127.0.0.1", port)
    chat.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield chat


@contextmanager
def chat_server_beside(port: int = 0, **settings: Any) -> Iterator[ChatServer]:
    """Run a server on a separate thread, for tests that block their own."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(chat_server(port, **settings)) as server:
        yield server


async def _read_request(reader: StreamReader) -> tuple[str, dict[str, str], bytes]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    return first.split()[1], headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def _respond(writer: StreamWriter, status: int, body: object, headers: dict[str, str] | None = None) -> None:
    content = json.dumps(body).encode()
    head = {"Content-Type": "application/json", "Content-Length": str(len(content)), "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (head | (headers or {})).items())
    writer.write(f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode() + content)
    await writer.drain()


def _chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
