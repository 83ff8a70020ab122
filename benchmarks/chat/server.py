"""The site's web process, started with the command of the Procfile."""

import shlex
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.programs import BASE_DIR, Program, start, stop

SERVER_LOG = "server.log"
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A web process that answers at ``address``."""

    address: str
    process: psutil.Process

    @property
    def memory(self) -> int:
        """Return the resident memory in bytes."""
        return int(self.process.memory_info().rss)


@contextmanager
def site_folder(prefix: str) -> Iterator[Path]:
    """Yield a temporary folder; then show the output of its web processes, which is empty if nothing went wrong."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        try:
            yield Path(name)
        finally:
            log = Path(name) / SERVER_LOG
            if log.exists():
                sys.stderr.write(log.read_text("utf-8"))


@contextmanager
def serve(environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run a server of this installation; its output goes to ``log``."""
    from tests.services.binaries import free_port

    port = free_port()
    process = start(*_command(port), environment=environment, log=log)
    try:
        _wait_until_reachable(port, process, log)
        yield Server(f"127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        stop(process)


def _command(port: int) -> list[str]:
    """Return the program of the Procfile's ``web`` command, which is a module too, and its arguments, without the ``exec``."""
    lines = (BASE_DIR / "Procfile").read_text("utf-8").splitlines()
    command = next(line.partition(":")[2] for line in lines if line.startswith("web:"))
    return shlex.split(command.replace("$PORT", str(port)))[1:]


def _wait_until_reachable(port: int, process: Program, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _is_reachable(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start:\n{log.read_text('utf-8')}")
        time.sleep(0.1)


def _is_reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
