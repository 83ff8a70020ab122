"""Start an engine's process."""

import os
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import Popen
from typing import Any

from dialogue.backends.llama_cpp.setup import Measure, Serve

_PROGRAM = "dialogue.backends.llama_cpp.engine_process"
_ROOT = Path(__file__).parents[3]
_SPINS = "1000"
_HUGE_PAGES = "glibc.malloc.hugetlb=1"


@dataclass(frozen=True, slots=True)
class Line:
    """A running process and the connection to it."""

    process: "Popen[bytes]"
    _socket: socket.socket
    _connection: "Connection[Any, Any]"

    def send(self, message: object) -> None:
        """Send a message; none arrives if the process has just ended, which ``receive`` reports."""
        with suppress(OSError):
            self._connection.send(message)

    def receive(self) -> Any:
        """Return the next message. Raises EOFError if the process has ended."""
        try:
            return self._connection.recv()
        except OSError as error:
            raise EOFError from error

    def hang_up(self) -> None:
        """Let the process end. Another thread that waits in ``receive`` gets an EOFError."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> int:
        """Wait until the process has ended, and return its status."""
        self.hang_up()
        status = self.process.wait()
        self._connection.close()
        self._socket.close()
        return status


def launch(setup: Serve | Measure) -> Line:
    """Start a process and tell it what to do."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = Popen(  # noqa: S603 # the program and its argument are this module's
            [sys.executable, "-m", _PROGRAM, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=os.environ | engine_environment(),
        )
    line = Line(process, ours, Connection(os.dup(ours.fileno())))
    line.send(setup)
    return line


def engine_environment() -> dict[str, str]:
    """Return what an engine's process has in its environment, whatever this process has.

    Threads that sleep at every barrier are slow on an idle machine; threads that spin until the last one arrives starve
    everything else on a busy one. So they spin for some microseconds, unless the environment says otherwise. The histories'
    cache is in huge pages, because attention reads all over it: with small pages a step takes up to a quarter longer.
    """
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    waiting = {} if "OMP_WAIT_POLICY" in os.environ else {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": _SPINS}
    pages = {} if "GLIBC_TUNABLES" in os.environ else {"GLIBC_TUNABLES": _HUGE_PAGES}
    return waiting | pages | {"PYTHONPATH": path}
