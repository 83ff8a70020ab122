"""Long writes, split into short transactions.

SQLite lets only one process write at a time. If a whole file were stored in one transaction, all participants would wait, and
after thirty seconds they would get an error instead of a page.
"""

import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeVar

from django.db import connection, transaction

T = TypeVar("T")
PIECE = 0.15
"""Seconds after which a transaction ends, once its current item is written."""
PAUSE = 0.12
"""Seconds between two transactions. A process waiting for SQLite checks every 0.1 s, so it might miss a shorter pause."""


def write_in_pieces(
    items: Iterable[T],
    write: Callable[[T], object],
    begin: Callable[[], None] = lambda: None,
    finish: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Call ``write`` with each item, several in a transaction; ``begin`` is called first in each, and ``finish`` last.

    Earlier transactions stay if a later one fails, so ``write`` must accept items that it has already written.
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
            finish()


def _let_others_write() -> None:
    """Pause on SQLite, which locks the whole database. Other databases lock rows and need no pause."""
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)
