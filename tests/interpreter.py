"""Programs in separate processes with Django set up: forks of one process that is started only once."""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from select import select
from subprocess import Popen
from tempfile import TemporaryDirectory
from weakref import finalize


class Interpreter:
    """Runs programs in one environment; the process from which they are forked ends with this object."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.interpreter"]
        self._process = Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        finalize(self, _end, self._process)

    def run(self, program: str, timeout: float = 280) -> str:
        """Run the program, which must succeed, and return its output."""
        with TemporaryDirectory(prefix="roleplay-program-") as folder:
            stdout, stderr = Path(folder) / "stdout", Path(folder) / "stderr"
            status = self._ask(json.dumps([program, str(stdout), str(stderr)]), timeout)
            assert status == "0", f"{status or 'no answer'}: {stderr.read_text('utf-8')}"
            return stdout.read_text("utf-8")

    def _ask(self, question: str, timeout: float) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(question.encode() + b"\n")
        self._process.stdin.flush()
        if not select([self._process.stdout], [], [], timeout)[0]:
            self._process.kill()
            return f"no end after {timeout:g} seconds"
        return self._process.stdout.readline().decode().strip()


def _end(process: "Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def serve() -> None:
    """Run each program requested on stdin, and write its exit status to stdout."""
    for line in sys.stdin:
        program, stdout, stderr = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_run(program, stdout, stderr))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, flush=True)


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
    serve()
