"""A request for an answer, from the coroutine that waits to the engine's thread and back."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from dialogue.backends.base import BackendError, Reply, Sampling

Delivery = str | Reply | BackendError


@dataclass(eq=False, slots=True)
class Request:
    """What is asked for. ``started`` is when the caller called; ``deliveries`` is read in ``loop`` only.

    Setting ``is_cancelled`` makes the engine give the request up before its next step.
    """

    prompt: list[int]
    sampling: Sampling
    conversation: str
    started: float
    loop: asyncio.AbstractEventLoop
    deliveries: asyncio.Queue[Delivery] = field(default_factory=asyncio.Queue)
    is_cancelled: bool = False


class Outbox:
    """What a step has to deliver, sent at once per event loop: waking a loop for each token costs more than the token."""

    def __init__(self) -> None:
        self._waiting: defaultdict[asyncio.AbstractEventLoop, list[tuple[Request, Delivery]]] = defaultdict(list)

    def put(self, request: Request, delivery: Delivery) -> None:
        self._waiting[request.loop].append((request, delivery))

    def send(self) -> None:
        """Hands over everything. Requests of a loop that was closed meanwhile are cancelled: nobody waits for them."""
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
