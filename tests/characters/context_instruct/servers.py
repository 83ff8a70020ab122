"""An OpenAI-compatible server that makes up triplets, refuses requests and breaks streams off."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal

from tests.characters.context_instruct.scripts import made_up
from tests.dialogue.backends.servers import ChatServer, Failure, _chunk

LIMITED = Failure(429, "rate_limit_exceeded", headers={"retry-after-ms": "1"})
GONE = Failure(hang_up=True)


@dataclass
class AuthorServer(ChatServer):
    """A server whose answer depends on the request. ``completed`` counts the requests that it answered to the end.

    Every request whose number is a multiple of ``fails_every`` gets a 429 or no answer at all, and every one of
    ``breaks_every`` an answer that breaks off.
    """

    fails_every: int = 0
    breaks_every: int = 0
    completed: Counter[str] = field(default_factory=Counter)

    def _failure(self, headers: dict[str, str], body: bytes) -> Failure | None:
        failure = super()._failure(headers, body)
        number = len(self.requests)
        if body and failure is None and self.fails_every and number % self.fails_every == 0:
            return (LIMITED, GONE)[number // self.fails_every % 2]
        return failure

    async def _stream(self, request: dict[str, Any], reader: StreamReader, writer: StreamWriter) -> None:
        number = len(self.requests)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        lines = made_up(self.asked(request), request["seed"]).splitlines(keepends=True)
        if self.breaks_every and number % self.breaks_every == 0:
            await self._send(_chunk({"content": lines[0]}), reader, writer)
            raise ConnectionResetError
        for line in lines:
            await self._send(_chunk({"content": line}), reader, writer)
        await self._send(_chunk({}, "stop"), reader, writer)
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
        self.completed[f"{request['seed']} {self.asked(request)}"] += 1

    @staticmethod
    def asked(request: dict[str, Any]) -> str:
        """Return the text of a request, by which the answer is made up."""
        return "\n".join(message["content"] for message in request["messages"])


@asynccontextmanager
async def _serve(**settings: Any) -> AsyncIterator[AuthorServer]:
    author = AuthorServer(**settings)
    server = await asyncio.start_server(author.serve, "127.0.0.1", 0)
    author.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield author


@contextmanager
def author_server(**settings: Any) -> Iterator[AuthorServer]:
    """Run the server on a separate thread and a free port."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_serve(**settings)) as server:
        yield server


def write_models(folder: Path, server: AuthorServer) -> Path:
    """Write a file with the model ``author`` of that server."""
    file = folder / "models.toml"
    file.write_text(f'[models.author]\nbackend = "openai"\nmodel = "m"\nbase_url = "{server.url}"\nrequests = 4\n')
    return file
