"""Writing much without keeping others from writing.

SQLite lets one process write at a time: storing a whole file in one transaction keeps every participant waiting, and after
thirty seconds they get an error instead of a page.
"""

import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeVar

from django.db import connection, transaction

T = TypeVar("T")
PIECE = 0.15
"""Seconds that a transaction may take before it ends with the item in hand."""
PAUSE = 0.12
"""Seconds between two. SQLite has whoever waits look again every tenth of a second: a shorter pause may be missed by all."""


def write_in_pieces(
    items: Iterable[T],
    write: Callable[[T], object],
    begin: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Call ``write`` with each item, several in a transaction; ``begin`` is called first in each.

    What a transaction stored stays when a later one fails, so ``write`` must be able to meet its own work when all is repeated.
    """
    waiting = iter(items)
    is_first = True
    for item in waiting:
        if not is_first:
            _let_others_write()
        is_first = False
        with transaction.atomic():
            ends = clock() + PIECE
            begin()
            for one in chain([item], waiting):
                write(one)
                if clock() >= ends:
                    break


def _let_others_write() -> None:
    """Where rows are locked, not the database, others need no pause."""
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)
