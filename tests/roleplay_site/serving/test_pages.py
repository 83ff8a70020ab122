"""The layer between the web server and the pages: slow visitors delay nothing, and nothing is lost."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from roleplay_site.serving.bodies import Limits
from roleplay_site.serving.messages import Message, Receive, Scope, Send
from roleplay_site.serving.pages import Pages
from roleplay_site.serving.turns import Turns

PIECE = b"x" * 100_000


@dataclass
class Visitor:
    """A visitor who sends these pieces, stays until ``leaves``, and reads once ``reads`` is set."""

    sent: list[bytes] = field(default_factory=lambda: [b""])
    leaves: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[Message] = field(default_factory=list)

    async def receive(self) -> Message:
        if self.sent:
            return {"type": "http.request", "body": self.sent.pop(0), "more_body": bool(self.sent)}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        self.heard.append(message)

    @property
    def status(self) -> int:
        return int(self.heard[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.heard[1:])

    def visit(self, pages: Pages) -> "asyncio.Task[None]":
        scope: Scope = {"type": "http", "headers": []}
        return asyncio.ensure_future(pages(scope, self.receive, self.send))


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Send the request's body back in the same pieces."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    has_more = True
    while has_more:
        message = await receive()
        has_more = message["more_body"]
        await send({"type": "http.response.body", "body": message["body"], "more_body": has_more})


def make_pages(application: Any = echo, at_once: int = 1, waiting: int = 1) -> Pages:
    return Pages(application, Turns(at_once, waiting, patience=60), Limits(50_000_000, 60))


def reading() -> Visitor:
    visitor = Visitor()
    visitor.reads.set()
    return visitor


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_000_000])
async def test_a_body_comes_through_as_it_was_sent(size: int) -> None:
    body = bytes(number % 251 for number in range(size))
    visitor = reading()
    visitor.sent = [body[: size // 3], body[size // 3 :]]
    await visitor.visit(make_pages())
    assert visitor.body == body


async def test_a_visitor_who_reads_slowly_holds_nobody_up() -> None:
    pages, slow, other = make_pages(), Visitor(), reading()
    slow.sent = [PIECE] * 3
    late = slow.visit(pages)
    await settle()
    await other.visit(pages)
    assert (other.status, slow.heard) == (200, [])
    slow.reads.set()
    await late
    assert slow.body == PIECE * 3


async def test_a_long_answer_is_made_as_fast_as_it_is_read() -> None:
    made: list[int] = []

    async def long(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(100):
            made.append(number)
            await send({"type": "http.response.body", "body": PIECE, "more_body": number < 99})

    slow = Visitor()
    late = slow.visit(make_pages(long))
    await settle()
    assert 10 < len(made) < 15
    slow.reads.set()
    await late
    assert (len(made), slow.body) == (100, PIECE * 100)


async def test_a_visitor_who_sends_slowly_holds_nobody_up() -> None:
    pages, slow, other = make_pages(), reading(), reading()
    comes = asyncio.Event()
    rest = slow.receive

    async def slowly() -> Message:
        await comes.wait()
        return await rest()

    slow.receive = slowly  # type: ignore[method-assign]
    late = slow.visit(pages)
    await settle()
    await other.visit(pages)
    assert other.status == 200
    comes.set()
    await late
    assert slow.status == 200


async def test_beyond_those_who_wait_there_is_a_page_that_says_when_to_come_back() -> None:
    ends = asyncio.Event()

    async def held(scope: Scope, receive: Receive, send: Send) -> None:
        await ends.wait()
        await echo(scope, receive, send)

    pages, visitors = make_pages(held), [reading() for _ in range(3)]
    tasks = [visitor.visit(pages) for visitor in visitors]
    await settle()
    assert [bool(visitor.heard) for visitor in visitors] == [False, False, True]
    assert visitors[2].status == 503
    assert (b"retry-after", b"5") in visitors[2].heard[0]["headers"]
    assert b"High demand" in visitors[2].body
    ends.set()
    await asyncio.gather(*tasks)
    assert [visitor.status for visitor in visitors] == [200, 200, 503]


async def test_a_page_hears_that_its_visitor_has_left() -> None:
    heard: list[str] = []

    async def patient(scope: Scope, receive: Receive, send: Send) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    visitor = reading()
    task = visitor.visit(make_pages(patient))
    await settle()
    assert heard == []
    visitor.leaves.set()
    await task
    assert heard == ["http.request", "http.disconnect"]


async def test_who_leaves_in_the_middle_of_a_body_is_not_worked_on() -> None:
    worked: list[Scope] = []

    async def working(scope: Scope, receive: Receive, send: Send) -> None:
        worked.append(scope)

    visitor = reading()
    gone = asyncio.Event()
    gone.set()
    visitor.sent, visitor.leaves = [b"half", b""], gone
    first = visitor.receive

    async def half() -> Message:
        return await first() if len(visitor.sent) == 2 else {"type": "http.disconnect"}

    visitor.receive = half  # type: ignore[method-assign]
    await visitor.visit(make_pages(working))
    assert (worked, visitor.heard) == ([], [])


async def test_an_error_of_a_page_reaches_the_server_and_frees_the_turn() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("broken")

    pages = make_pages(broken)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            await reading().visit(pages)


async def test_a_page_that_cannot_be_delivered_holds_no_turn() -> None:
    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(30):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})

    async def break_off(message: Message) -> None:
        await asyncio.sleep(0)
        raise OSError("The connection is gone.")

    pages = make_pages(endless, waiting=0)
    broken, whole = Visitor(), Visitor()
    async with asyncio.timeout(30):
        await pages({"type": "http", "headers": []}, broken.receive, break_off)
        whole.reads.set()
        await whole.visit(pages)
    assert whole.status == 200
