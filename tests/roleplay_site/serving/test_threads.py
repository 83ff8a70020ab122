"""Requests borrow threads, which keep their database connections."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from roleplay_site.serving.threads import Threads


async def borrow(threads: Threads, stay: asyncio.Event) -> tuple[object, object]:
    """Return the thread that a request runs in, and its connection, once ``stay`` is set."""
    async with threads.lend():
        found = await sync_to_async(lambda: (threading.current_thread(), connections["default"]))()
        await stay.wait()
        return found


@pytest.mark.asyncio
async def test_one_request_after_another_uses_one_thread() -> None:
    threads, stay = Threads(), asyncio.Event()
    stay.set()
    assert await borrow(threads, stay) == await borrow(threads, stay)


@pytest.mark.asyncio
async def test_requests_at_once_never_share_a_thread() -> None:
    threads, stay = Threads(), asyncio.Event()
    tasks = [asyncio.ensure_future(borrow(threads, stay)) for _ in range(3)]
    await asyncio.sleep(0)
    stay.set()
    assert len(set(await asyncio.gather(*tasks))) == 3


@pytest.mark.asyncio
async def test_a_request_that_fails_gives_its_thread_back() -> None:
    threads, stay = Threads(), asyncio.Event()
    stay.set()
    before = await borrow(threads, stay)
    with pytest.raises(ZeroDivisionError):
        async with threads.lend():
            raise ZeroDivisionError
    assert await borrow(threads, stay) == before
