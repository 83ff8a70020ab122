"""Programs in separate processes with Django set up: forks of one process that is started only once."""

import json
import os
import socket
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.forks import start
from tests.preloaded import receive, report


class Interpreter:
    """Runs programs in one environment; the process from which they are forked ends with this object."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = start(
                "-m", "tests.interpreter", environment=environment, stdin=theirs.fileno(), stdout=2, stderr=2
            )

    def run(self, program: str, timeout: float = 280) -> str:
        """Run the program, which must succeed, and return its output."""
        with TemporaryDirectory(prefix="roleplay-program-") as folder:
            stdout, stderr = Path(folder) / "stdout", Path(folder) / "stderr"
            status = self._ask(json.dumps([program, str(stdout), str(stderr)]), timeout)
            assert status == 0, f"{status}: {stderr.read_text('utf-8')}"
            return stdout.read_text("utf-8")

    def _ask(self, question: str, timeout: float) -> int | str:
        self._connection.sendall(question.encode() + b"\n")
        self._connection.settimeout(timeout)
        try:
            return receive(self._connection)
        except TimeoutError:
            self._process.kill()
            return f"no end after {timeout:g} seconds"


def serve(tests: socket.socket) -> None:
    """Run each program requested and report its exit status, until the other end is closed."""
    for line in tests.makefile():
        program, stdout, stderr = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_run(program, stdout, stderr))
        report(tests, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _run(program: str, *outputs: str) -> int:
    for number, output in enumerate(outputs, start=1):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), number)
    try:
        exec(compile(program, "program", "exec"), {"__name__": "program"})  # noqa: S102
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    import django

    os.environ.setdefault(
        "DJANGO_SETTINGS_MODULE", "roleplay_site.settings"
    )  # pytest sets it, scripts of screenshots do not
    django.setup()
    serve(socket.socket(fileno=os.dup(0)))
    os._exit(0)
