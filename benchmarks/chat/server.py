"""The site's web process, started with the command of the Procfile."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

BASE_DIR = Path(__file__).resolve().parent.parent.parent
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
    port = _unused_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _command()],
            cwd=BASE_DIR,
            env={**environment, "PORT": str(port), "PATH": _path()},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_reachable(port, process, log)
        yield Server(f"127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process to end, and kill it if it does not."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _command() -> str:
    """Return the Procfile's ``web`` command. It begins with exec, so the process is the server itself and not a shell."""
    lines = (BASE_DIR / "Procfile").read_text("utf-8").splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith("web:"))


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def _unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_until_reachable(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _is_reachable(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start:\n{log.read_text('utf-8')}")
        time.sleep(0.1)


def _is_reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
