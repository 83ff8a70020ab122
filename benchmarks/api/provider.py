"""A provider on this machine, which allows a limited number of requests at once."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic, sleep
from typing import Any

import uvicorn

_PATIENCE = 60


@dataclass
class Provider:
    """Answers each request in ``reply_seconds``, and refuses it with status 429 if ``allows`` others are in progress.

    Its answer begins at once or, if it comes ``whole``, only when it is complete. It is an ASGI application that counts what
    it does.
    """

    allows: int
    reply_seconds: float
    whole: bool = False
    under_way: int = 0
    answered: int = 0
    refused: int = 0

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        if self.under_way >= self.allows:
            self.refused += 1
            await self._refuse(send)
            return
        self.under_way += 1
        try:
            await self._answer(send)
        finally:
            self.under_way -= 1
        self.answered += 1

    async def _refuse(self, send: Any) -> None:
        error = {"message": "Too many requests", "type": "rate_limit_error", "code": "rate_limit_exceeded"}
        await send(_start(429, "application/json"))
        await send({"type": "http.response.body", "body": json.dumps({"error": error}).encode()})

    async def _answer(self, send: Any) -> None:
        if self.whole:
            await asyncio.sleep(self.reply_seconds)
        await send(_start(200, "text/event-stream"))
        await send(_body(_chunk("Yes"), more=True))
        if not self.whole:
            await asyncio.sleep(self.reply_seconds)
        await send(_body(_chunk(" indeed.") + _chunk("", "stop") + b"data: [DONE]\n\n", more=False))


@contextmanager
def serve(provider: Provider) -> Iterator[str]:
    """Run the provider on a thread. Yield the address of its API."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1000)
    server = uvicorn.Server(uvicorn.Config(provider, lifespan="off", log_level="error", ws="none"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        _wait_until_started(server)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_started(server: uvicorn.Server) -> None:
    deadline = monotonic() + _PATIENCE
    while not server.started:
        if monotonic() > deadline:
            raise RuntimeError(f"The benchmark's provider did not start within {_PATIENCE} s. Run the benchmark again.")
        sleep(0.01)


def _start(status: int, content: str) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", content.encode())]}


def _body(content: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


def _chunk(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()
