"""Those who wait for answers, each in an event loop."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dialogue.backends.llama_cpp.request import Delivery, Request


@dataclass(eq=False, slots=True)
class Caller:
    """A coroutine that waits for the answer to ``request``. ``deliveries`` is read only in ``loop``."""

    request: Request
    loop: asyncio.AbstractEventLoop
    deliveries: asyncio.Queue[Delivery] = field(default_factory=asyncio.Queue)


def deliver(found: Iterable[tuple[Caller, Delivery]]) -> list[Caller]:
    """Deliver to all callers, waking each event loop once, because that costs more than a token.

    Return those whose loop is closed: nobody waits for their answers any more.
    """
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[tuple[Caller, Delivery]]] = defaultdict(list)
    for caller, delivery in found:
        by_loop[caller.loop].append((caller, delivery))
    gone: list[Caller] = []
    for loop, deliveries in by_loop.items():
        try:
            loop.call_soon_threadsafe(_hand_out, deliveries)
        except RuntimeError:
            gone += [caller for caller, _ in deliveries]
    return gone


def _hand_out(deliveries: list[tuple[Caller, Delivery]]) -> None:
    for caller, delivery in deliveries:
        caller.deliveries.put_nowait(delivery)
