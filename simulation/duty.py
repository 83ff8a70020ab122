"""One place in a process works with models at a time: they are loaded once, and nobody closes those that another one uses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from asgiref.sync import async_to_sync

from dialogue.backends import registry

is_stopping = threading.Event()
"""Set when the process is to stop: whoever is on duty gives back what it has in hand."""

_at_work = threading.Lock()


@contextmanager
def on_duty() -> Iterator[bool]:
    """Whether nobody else in this process is at it. At the end the models are closed, so that an idle process holds no memory.

    Who finds somebody else on duty leaves it at that: the next sweep looks again.
    """
    if not _at_work.acquire(blocking=False):
        yield False
        return
    try:
        yield True
    finally:
        async_to_sync(registry.close_models)()
        _at_work.release()
