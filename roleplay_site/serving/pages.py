"""The ASGI application between the web server and the pages."""

import asyncio
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from roleplay_site.serving.bodies import Gone, Limits, next_message, read_body
from roleplay_site.serving.messages import Application, Message, Receive, Scope, Send
from roleplay_site.serving.outbox import Outbox
from roleplay_site.serving.refusals import Refused, send_refusal
from roleplay_site.serving.threads import Threads
from roleplay_site.serving.turns import Turns

_IN_MEMORY = 1 << 18
"""Bytes of a body that are kept in memory: only uploaded files are larger."""


class Pages:
    """Pass whole requests on to ``application``, a bounded number at once.

    A visitor who sends or reads slowly holds no turn, and so no thread and no connection to the database.
    """

    def __init__(self, application: Application, turns: Turns, limits: Limits) -> None:
        self._application, self._turns, self._limits = application, turns, limits
        self._threads = Threads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(Gone), SpooledTemporaryFile(_IN_MEMORY) as body:
                await read_body(scope, receive, body, self._limits)
                await self._answer(scope, body, receive, send)
        except Refused as refused:
            await send_refusal(refused.refusal, send)

    async def _answer(self, scope: Scope, body: IO[bytes], receive: Receive, send: Send) -> None:
        leaving = asyncio.ensure_future(receive())
        try:
            async with Outbox(send) as outbox, self._turns.turn(leaving), self._threads.lend():
                inbox = _Inbox(body, {leaving, outbox.delivery})
                await self._application(scope, inbox.receive, outbox.put)
        finally:
            leaving.cancel()


class _Inbox:
    """The messages to the application: the body and, at the end, the visitor's departure."""

    def __init__(self, body: IO[bytes], ends: "set[asyncio.Future[Any]]") -> None:
        self._body, self._ends = body, ends
        self._has_more = True

    async def receive(self) -> Message:
        if self._has_more:
            message = next_message(self._body)
            self._has_more = message["more_body"]
            return message
        await asyncio.wait(self._ends, return_when=asyncio.FIRST_COMPLETED)
        return {"type": "http.disconnect"}
