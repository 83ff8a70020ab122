"""Python programs in separate processes, forked from one that has already imported the libraries or the whole site.

Importing Django, Celery and the other libraries takes most of a second, and the site as long again, which hundreds of starts
would repeat. A fork has its own environment, standard files and signal handlers, and reads the settings itself. It differs
from a new interpreter in what it shares with the first process: the seed of hashes, what Python itself reads from the
environment, and the command line that others see. Ctrl-C interrupts it even if the tests run in the background.

All processes of a parallel run, and the programs that they start with their environment, fork from the same processes.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess, Popen, TimeoutExpired
from tempfile import TemporaryFile, mkdtemp

from tests.preloaded import receive

BASES = {"site": "libraries", "tuning": "site"}
"""The process from which each of these is itself forked, so that it need not import the same modules again."""
SITE_PROGRAMS = {"benchmarks", "celery", "django", "manage", "tests", "uvicorn"}
"""The packages of programs that set up the site, with the settings of their environment. Others may choose settings first."""
TUNING_COMMAND = "rocit"
"""The command of the site that imports torch, transformers and peft, for five seconds."""
OFFERED = "TEST_FORKS"
"""The variable that names the folder where programs find the processes from which the tests fork."""


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
    with Path(os.devnull).open() as nothing:
        files = [nothing.fileno() if stdin is None else stdin, stdout, stderr]
        return fork(_kind(command), *command, environment=environment, files=files)


def fork(kind: str, *command: str, environment: Mapping[str, str], files: list[int]) -> Process:
    """Start such a program with these standard files in a fork of the process of this kind."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_preloaded(kind))
    socket.send_fds(connection, [b"+"], files)
    connection.sendall(json.dumps([command, dict(environment)]).encode())
    connection.shutdown(socket.SHUT_WR)
    return Process(command, connection)


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


def offer() -> Path:
    """Let the processes that inherit this one's environment fork from the same processes until this one ends."""
    folder = Path(mkdtemp(prefix="roleplay-forks-"))
    (folder / "owner").write_text(str(os.getpid()))
    os.environ[OFFERED] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _kind(command: tuple[str, ...]) -> str:
    """Return what has been imported when the command begins."""
    if command[1].partition(".")[0] not in SITE_PROGRAMS:
        return "libraries"
    return "tuning" if TUNING_COMMAND in command else "site"


@cache
def _preloaded(kind: str) -> str:
    """Return the address of the process from which such programs are forked, and start it if nobody has yet."""
    folder = Path(os.environ.get(OFFERED) or offer())
    address = folder / kind
    with (folder / f"{kind}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not address.exists():
            _load(kind, address, (folder / "owner").read_text())
    return str(address)


def _load(kind: str, address: Path, owner: str) -> None:
    command = ["-m", "tests.preloaded", kind, owner]
    with socket.socket(socket.AF_UNIX) as requests, Path(os.devnull).open("w") as nothing:
        requests.bind(str(address))
        requests.listen()
        if base := BASES.get(kind):
            fork(base, *command, environment=os.environ, files=[requests.fileno(), nothing.fileno(), 2])
        else:
            Popen([sys.executable, *command], cwd=Path(__file__).parent.parent, stdin=requests.fileno(), stdout=nothing)


if __name__ == "__main__":
    # The fork receives Ctrl-C itself; this process only reports its status.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kind, _, *command = sys.argv[1:]  # pytest-xdist adds the option -u
    sys.exit(fork(kind, *command, environment=os.environ, files=[0, 1, 2]).wait())
