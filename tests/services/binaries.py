"""Find the programs that some tests need, and skip or fail the tests without them."""

import os
import shutil
import socket
from collections.abc import Callable
from time import monotonic, sleep
from typing import NoReturn

import pytest


def find_binary(name: str, folders: str = "") -> str:
    """Return the path of the program, searching PATH and then ``folders`` (written like PATH).

    Without the program, skip the test, or fail it with REQUIRE_SERVICES=1.
    """
    path = shutil.which(name) or shutil.which(name, path=folders)
    return path or give_up(f"{name} is not installed")


def find_chromium() -> str:
    """Return the path of Chromium, the headless one if it is installed, which needs half the processor time."""
    return find_binary("chromium-headless-shell" if shutil.which("chromium-headless-shell") else "chromium")


def give_up(reason: str) -> NoReturn:
    """Skip the test for this reason, which contains "is not installed", or fail it with REQUIRE_SERVICES=1."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, but REQUIRE_SERVICES=1 asks for it.")
    pytest.skip(reason)


_RESERVED: list[socket.socket] = []


def free_port() -> int:
    """Return a free port of the loopback interface.

    The port is reserved as long as this process lives, so that no other process gets it before a server listens there or
    between two servers: a bound socket that does not listen blocks all except those that request this very port.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _RESERVED.append(holder)
    return int(holder.getsockname()[1])


def wait_until(is_done: Callable[[], bool], *, seconds: float = 60.0, what: str) -> None:
    """Check ten times a second. Fail the test with the message ``what`` if it is not done in time."""
    deadline = monotonic() + seconds
    while not is_done():
        if monotonic() > deadline:
            pytest.fail(f"After {seconds:g} seconds: {what}.")
        sleep(0.1)
