"""Races in an installation: many threads do something at the same moment."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
Told = TypeVar("Told")


def at_once(
    work: Callable[[T], Told], items: Iterable[T], refusal: type[Exception] | tuple[()] = ()
) -> list[Told | str]:
    """Return the result of ``work`` for each item, or the reason of a ``refusal``. All begin together on separate
    connections."""
    them = list(items)
    barrier = Barrier(len(them))

    def begin(item: T) -> Told | str:
        barrier.wait()
        try:
            return work(item)
        except refusal as refused:
            reason: str = refused.reason  # type: ignore[attr-defined]
            return reason
        finally:
            connection.close()

    connection.close()
    with ThreadPoolExecutor(len(them)) as pool:
        return list(pool.map(begin, them))
