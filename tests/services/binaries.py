"""Where the machine keeps the programs that some tests need, and what happens without them."""

import os
import shutil
import socket
from collections.abc import Callable
from time import monotonic, sleep

import pytest


def find_binary(name: str, folders: str = "") -> str:
    """The path of the program, sought on PATH and then in ``folders`` (as PATH is written).

    Without it the test is skipped, or fails where REQUIRE_SERVICES=1 promises that everything is there.
    """
    path = shutil.which(name) or shutil.which(name, path=folders)
    if path:
        return path
    reason = f"{name} is not installed"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, but REQUIRE_SERVICES=1 asks for it.")
    pytest.skip(reason)


_RESERVED: list[socket.socket] = []


def free_port() -> int:
    """A port of the loopback interface on which nobody listens.

    It is held as long as this process lives, so that nobody else is given it before a server listens there, or between two
    that do: a bound socket that does not listen keeps out all but those who ask for just this port.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _RESERVED.append(holder)
    return int(holder.getsockname()[1])


def wait_until(is_done: Callable[[], bool], *, seconds: float = 60.0, what: str) -> None:
    """Asks ten times a second; fails the test when ``what`` has not happened in time."""
    deadline = monotonic() + seconds
    while not is_done():
        if monotonic() > deadline:
            pytest.fail(f"After {seconds:g} seconds: {what}.")
        sleep(0.1)
