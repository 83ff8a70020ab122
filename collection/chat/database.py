"""The database as sockets and replies use it: on one thread of the process, whose connection stays open."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What ``work`` returns. A connection for each piece of work, as Channels has it, would cost more than the work."""
    return await sync_to_async(_on_a_sound_connection)(work, *args, **kwargs)


def _on_a_sound_connection(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A server that was restarted leaves a dead connection behind: the next piece of work gets a new one."""
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError):
        if not connection.in_atomic_block:
            connection.close()
        raise
