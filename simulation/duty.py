"""One place in a process works with models at a time: they are loaded once, and nobody closes those that another one uses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from asgiref.sync import async_to_sync

from dialogue.backends import registry

is_stopping = threading.Event()
"""Set when the process is to stop: whoever is on duty gives back what it has in hand."""

_TICK = 0.5
_models = threading.Lock()


class Duty:
    """One kind of work. Who comes while somebody is at it already has nothing to do; different kinds wait for each other."""

    def __init__(self) -> None:
        self._at_work = threading.Lock()

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Whether this caller is to work. At the end the models are closed, so that an idle process holds no memory."""
        if not self._at_work.acquire(blocking=False):
            yield False
            return
        try:
            with _all_models() as is_ours:
                yield is_ours
        finally:
            self._at_work.release()


@contextmanager
def _all_models() -> Iterator[bool]:
    """Waits until nobody else in this process has them; in vain when the process is to stop."""
    while not _models.acquire(timeout=_TICK):
        if is_stopping.is_set():
            yield False
            return
    try:
        yield True
    finally:
        async_to_sync(registry.close_models)()
        _models.release()
