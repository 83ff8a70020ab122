"""Measure how long people who chat with a server wait, and how much memory they cost. Needs Django set up."""

import asyncio
import json
import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from math import ceil

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from benchmarks.chat.people import Heard, Person, chat, enter, wait_for
from benchmarks.chat.rows import bring_in, check_stored, generated_tokens, make_study
from benchmarks.chat.server import SERVER_LOG, Server, serve
from benchmarks.chat.site import Site, Way


@dataclass(frozen=True, slots=True)
class Waits:
    """Waiting times in seconds: from sending a message to the first text, and between pieces of text.

    ``cut`` counts the replies whose last pieces the page had to fetch, because the news of their end arrived first.
    """

    way: str
    first_token_median: float
    first_token_worst: float
    gap_p99: float
    gap_worst: float
    tokens_per_second: float
    seconds: float
    cut: int


@dataclass(frozen=True, slots=True)
class Idling:
    """The memory that idle sockets cost the server, in bytes, and the number of sockets dropped.

    ``before`` is measured after as many people have chatted as will chat later.
    """

    idle: int
    chatting: int
    dropped: int
    before: int
    connected: int
    after: int
    waits: Waits

    @property
    def bytes_per_socket(self) -> float:
        """Return the memory for each idle socket; includes the cost of the people who chat at the same time."""
        return (max(self.connected, self.after) - self.before) / self.idle


def measure_way(site: Site, way: Way, participants: int) -> Waits:
    """Measure people who all chat at once, after one more person has chatted, so that the model is loaded."""
    study = make_study(way.name)
    (early,) = bring_in(study, 1, site.load, messages=1)
    people = bring_in(study, participants, site.load, site.load.messages)
    with serve(site.environment, site.folder / SERVER_LOG) as server:
        asyncio.run(_chat_at_once(server, [early]))
        replies = asyncio.run(_chat_at_once(server, people))
    return _waits(way, people, replies)


def measure_idling(site: Site, way: Way, idle: int, chatting: int) -> Idling:
    """Measure people who stay connected and silent while others chat."""
    study = make_study(way.name)
    early = bring_in(study, chatting, site.load, messages=1)
    talkers = bring_in(study, chatting, site.load, site.load.messages_beside_idle)
    listeners = bring_in(study, idle, site.load, messages=0)
    with serve(site.environment, site.folder / SERVER_LOG) as server:
        asyncio.run(_chat_at_once(server, early))
        before = server.memory
        connected, after, dropped, replies = asyncio.run(
            _chat_beside(server, listeners, talkers, site.load.pause_beside_idle)
        )
    return Idling(idle, chatting, dropped, before, connected, after, _waits(way, talkers, replies))


async def _chat_at_once(server: Server, people: Sequence[Person], pause: float = 0.0) -> list[list[Heard]]:
    return list(await asyncio.gather(*(chat(server.address, person, pause) for person in people)))


async def _chat_beside(
    server: Server, listeners: Sequence[Person], talkers: Sequence[Person], pause: float
) -> tuple[int, int, int, list[list[Heard]]]:
    """Return the memory with idle sockets before and after the others' chats, the sockets dropped, and the replies."""
    async with AsyncExitStack() as stack:
        entering = (stack.enter_async_context(enter(server.address, person)) for person in listeners)
        sockets = await asyncio.gather(*entering)
        connected = server.memory
        replies = await _chat_at_once(server, talkers, pause)
        after = server.memory
        dropped = sum(await asyncio.gather(*(_is_dropped(socket) for socket in sockets)))
    return connected, after, dropped, replies


async def _is_dropped(socket: ClientConnection) -> bool:
    """Return whether the socket no longer answers."""
    try:
        await socket.send(json.dumps({"type": "resume"}))
        await wait_for(socket, "snapshot")
    except (ConnectionClosed, TimeoutError):
        return True
    return False


def _waits(way: Way, people: Sequence[Person], replies: Sequence[Sequence[Heard]]) -> Waits:
    for person, heard in zip(people, replies, strict=True):
        check_stored(person, heard)
    every = [reply for heard in replies for reply in heard]
    first_tokens = [reply.first_token_seconds for reply in every]
    gaps = [gap for reply in every for gap in reply.gaps]
    seconds = max(reply.ended for reply in every) - min(reply.sent for reply in every)
    return Waits(
        way=way.name,
        first_token_median=statistics.median(first_tokens),
        first_token_worst=max(first_tokens),
        gap_p99=_reached_by(0.99, gaps),
        gap_worst=_reached_by(1.0, gaps),
        tokens_per_second=generated_tokens(people) / seconds,
        seconds=seconds,
        cut=sum(reply.is_cut for reply in every),
    )


def _reached_by(share: float, values: Sequence[float]) -> float:
    """Return the quantile of ``values`` at ``share``; 0 if there are none, as between the pieces of short replies."""
    ordered = sorted(values)
    return ordered[ceil(share * len(ordered)) - 1] if ordered else 0.0
