"""Python programs in separate processes, forked from one that has already imported the libraries or the whole site.

Importing Django, Celery and the other libraries takes most of a second, and the site as long again, which hundreds of starts
would repeat. A fork has its own environment, standard files and signal handlers, and reads the settings itself. It differs
from a new interpreter in what it shares with the first process: the seed of hashes, what Python itself reads from the
environment, and the command line that others see. Ctrl-C interrupts it even if the tests run in the background.
"""

import atexit
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, CompletedProcess, Popen, TimeoutExpired
from tempfile import TemporaryFile

from tests.preloaded import receive

SITE_PROGRAMS = {"celery", "django", "manage", "tests.interpreter", "uvicorn"}
"""Programs that begin by setting up the site, with the settings of their environment. Others may choose settings first."""


class Process:
    """A running fork, with the part of ``Popen`` that tests use."""

    def __init__(self, command: tuple[str, ...], connection: socket.socket) -> None:
        self.returncode: int | None = None
        self._command = command
        self._connection = connection
        self.pid = receive(connection)

    def poll(self) -> int | None:
        with suppress(BlockingIOError):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                self.returncode = receive(self._connection)
            except TimeoutError:
                raise TimeoutExpired(self._command, timeout or 0) from None
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(*command: str, environment: Mapping[str, str], stdout: int, stderr: int, stdin: int | None = None) -> Process:
    """Start what ``python -m …`` or ``python -c …`` would, in the project's folder and with these open files."""
    ours, theirs = socket.socketpair()
    with theirs, Path(os.devnull).open() as nothing:
        files = [nothing.fileno() if stdin is None else stdin, stdout, stderr]
        begun = _preloaded("site") if command[1] in SITE_PROGRAMS else _preloaded()
        socket.send_fds(begun, [b"+"], [*files, theirs.fileno()])
    ours.sendall(json.dumps([command, dict(environment)]).encode())
    ours.shutdown(socket.SHUT_WR)
    return Process(command, ours)


def run(*command: str, environment: Mapping[str, str], timeout: float = 280) -> CompletedProcess[str]:
    """Run such a program to its end, within ``timeout`` seconds, and return its output."""
    with TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        process = start(*command, environment=environment, stdout=stdout.fileno(), stderr=stderr.fileno())
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        for output in (stdout, stderr):
            output.seek(0)
        return CompletedProcess(command, status, stdout.read(), stderr.read())


@cache
def _preloaded(*arguments: str) -> socket.socket:
    """Start the first process, which ends with this one, and return the connection to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.preloaded", *arguments]
        process = Popen(command, cwd=Path(__file__).parent.parent, stdin=theirs.fileno(), stdout=DEVNULL)
    atexit.register(_end, ours, process)
    return ours


def _end(connection: socket.socket, process: "Popen[bytes]") -> None:
    connection.shutdown(socket.SHUT_RDWR)
    process.wait()
