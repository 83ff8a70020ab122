"""Requests for answers, passed from a waiting coroutine to the engine's thread and back."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from dialogue.backends.base import BackendError, Reply, Sampling

Delivery = str | Reply | BackendError


@dataclass(eq=False, slots=True)
class Request:
    """A request for an answer. ``started`` is the time of the call; ``deliveries`` is read only in ``loop``.

    Setting ``is_cancelled`` makes the engine drop the request before its next step.
    """

    prompt: list[int]
    sampling: Sampling
    conversation: str
    started: float
    loop: asyncio.AbstractEventLoop
    deliveries: asyncio.Queue[Delivery] = field(default_factory=asyncio.Queue)
    is_cancelled: bool = False


class Outbox:
    """A step's deliveries, sent once per event loop, because waking a loop for each token costs more than the token."""

    def __init__(self) -> None:
        self._waiting: defaultdict[asyncio.AbstractEventLoop, list[tuple[Request, Delivery]]] = defaultdict(list)

    def put(self, request: Request, delivery: Delivery) -> None:
        self._waiting[request.loop].append((request, delivery))

    def send(self) -> None:
        """Send all deliveries. Cancel the requests of closed loops, because nothing waits for them."""
        for loop, deliveries in self._waiting.items():
            try:
                loop.call_soon_threadsafe(_deliver, deliveries)
            except RuntimeError:
                for request, _ in deliveries:
                    request.is_cancelled = True
        self._waiting.clear()


def _deliver(deliveries: list[tuple[Request, Delivery]]) -> None:
    for request, delivery in deliveries:
        request.deliveries.put_nowait(delivery)
