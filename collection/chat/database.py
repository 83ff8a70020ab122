"""The database as sockets and replies use it: on a thread of its own, whose connection stays open."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

_REST = 60.0
"""Seconds without work after which a connection is not trusted any more: something between may have dropped it."""


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What ``work`` returns.

    Channels closes the connection of its own thread at every frame: connecting anew would cost more than most of the work.
    """
    on_thread = sync_to_async(_worker.do, thread_sensitive=False, executor=_worker.thread)
    return await on_thread(work, *args, **kwargs)


class _Worker:
    """One thread and its connection."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="chat database")
        self._used = 0.0

    def do(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """A server that was restarted leaves a dead connection behind: the next piece of work gets a new one."""
        if monotonic() - self._used > _REST:
            connection.close()
        self._used = monotonic()
        try:
            return work(*args, **kwargs)
        except (OperationalError, InterfaceError):
            connection.close()
            raise


_worker = _Worker()
