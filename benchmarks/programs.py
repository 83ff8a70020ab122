"""Programs of the project that a benchmark starts."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import django

from tests import forks, preloaded

Program = subprocess.Popen[bytes] | forks.Process

BASE_DIR = Path(__file__).resolve().parent.parent
_PATIENCE = 60


def set_up() -> None:
    """Set up Django with the settings of the environment. In tests the process may be a fork that has the site with others."""
    if preloaded.SETTINGS in sys.modules:
        preloaded.read_settings()
    else:
        django.setup()


def start(*command: str, environment: Mapping[str, str], log: Path) -> Program:
    """Run ``python -m …``, as an operator does; its output goes to ``log``.

    Tests, which only check that a benchmark runs, have a process that has imported the site. They offer forks of it, which
    need a tenth of the processor time of a start.
    """
    with log.open("ab") as output:
        if forks.OFFERED in environment:
            return forks.start("-m", *command, environment=environment, stdout=output.fileno(), stderr=output.fileno())
        arguments = [sys.executable, "-m", *command]
        return subprocess.Popen(arguments, cwd=BASE_DIR, env=environment, stdout=output, stderr=output)


def run(*command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run such a program to its end and return its output."""
    if forks.OFFERED in environment:
        return forks.run("-m", *command, environment=environment)
    arguments = [sys.executable, "-m", *command]
    return subprocess.run(arguments, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)


def stop(process: Program) -> None:
    """Ask the process to end, and kill it if it does not."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
