"""Database access for sockets and replies, on a separate thread with a permanent connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, InternalError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

AWAY = (OperationalError, InterfaceError, InternalError)
"""Errors raised while the database cannot be reached or written to. The same work succeeds later."""
_REST = 60.0
"""Seconds without work after which a connection is no longer trusted, because a network device may have dropped it."""


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``work`` on the thread that all chats of this process share, and return its result.

    Channels closes its thread's connection at every frame, and reconnecting would cost more than most of the work.
    """
    return await _worker.call(work, *args, **kwargs)


async def ahead_in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``work`` on a second thread and connection, because leases must not wait until many messages have been stored."""
    return await _keeper.call(work, *args, **kwargs)


def give_up() -> None:
    """Drop work that is still waiting for the database, so that the process can end."""
    for worker in (_worker, _keeper):
        worker.thread.shutdown(wait=False, cancel_futures=True)


def _use_own_connection() -> None:
    """Let this thread keep one connection outside the pool.

    A pool reports an unavailable database only after seconds, and a vanished server even later. Until then no page would be
    updated.
    """
    options = dict(connection.settings_dict["OPTIONS"])
    if options.pop("pool", None):
        connection.settings_dict = connection.settings_dict | {"OPTIONS": _GIVES_UP | options}


_GIVES_UP = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""Options with which libpq notices a server that no longer answers, in seconds except for the one in milliseconds."""


class _Worker:
    """One thread and its connection."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="chat database", initializer=_use_own_connection)
        self._used = 0.0

    async def call(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await sync_to_async(self.do, thread_sensitive=False, executor=self.thread)(work, *args, **kwargs)

    def do(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the work. After a restart of the database server, the next call gets a new connection."""
        if monotonic() - self._used > _REST:
            connection.close()
        self._used = monotonic()
        try:
            return work(*args, **kwargs)
        except AWAY:
            connection.close()
            raise


_worker, _keeper = _Worker(), _Worker()
