"""What an engine has found and not yet sent."""

import time
from collections.abc import Callable
from typing import Protocol

from dialogue.backends.base import BackendError, Reply
from dialogue.backends.llama_cpp.request import Deliveries, Delivery, Request
from dialogue.backends.llama_cpp.statistics import Statistics

_APART = 0.03
"""Seconds between two messages with further text, or more if a step takes longer: nobody reads faster."""


class Counting(Protocol):
    """What keeps statistics."""

    @property
    def statistics(self) -> Statistics: ...


class Post:
    """Collects deliveries, because a message costs more than a token, at both ends.

    The beginning of a reply and its end are sent at once, and everything else with them.
    """

    def __init__(self, send: Callable[[Deliveries], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._send = send
        self._clock = clock
        self._texts: dict[int, str] = {}
        self._ends: list[tuple[int, Reply | BackendError]] = []
        self._begun: set[int] = set()
        self._is_urgent = False
        self._sent = 0.0

    def add(self, request: Request, delivery: Delivery) -> None:
        number = request.number
        if isinstance(delivery, str):
            self._texts[number] = self._texts.get(number, "") + delivery
            self._is_urgent |= number not in self._begun
            self._begun.add(number)
        else:
            self._ends.append((number, delivery))
            self._begun.discard(number)

    def drop(self, number: int) -> None:
        """Forget a request that was cancelled."""
        self._texts.pop(number, None)
        self._begun.discard(number)

    def send_if_due(self, engine: Counting) -> None:
        """Send everything, with the engine's statistics if a reply is complete."""
        now = self._clock()
        if self._ends or (self._texts and (self._is_urgent or now - self._sent >= _APART)):
            has_reply = any(isinstance(end, Reply) for _, end in self._ends)
            self._send(Deliveries([*self._texts.items(), *self._ends], engine.statistics if has_reply else None))
            self._texts, self._ends, self._is_urgent, self._sent = {}, [], False, now
