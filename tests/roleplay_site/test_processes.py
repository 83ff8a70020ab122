"""The demo's processes: one that dies is restarted; one that keeps dying ends everything with a sentence."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from roleplay_site.processes import describe
from tests.installation import Installation
from tests.services.binaries import free_port, wait_until

pytestmark = pytest.mark.waits

RUN = """
from pathlib import Path
from roleplay_site import processes
raise SystemExit(processes.run(Path({procfile!r}), {port}, lambda: None))
"""


def run(installation: Installation, tmp_path: Path, procfile: str) -> tuple[str, ...]:
    """Start the command that runs a Procfile with these lines."""
    path = tmp_path / "Procfile"
    path.write_text(procfile)
    program = RUN.format(procfile=str(path), port=free_port())
    return ("manage", "shell", "--no-imports", "--command", program)


def test_a_process_that_is_killed_is_started_again_and_the_others_go_on(
    installation: Installation, tmp_path: Path
) -> None:
    """The new one can be asked to stop, too."""
    worker = "trap 'echo asked to stop; exit' TERM; echo begun $$; while sleep 0.1; do :; done"
    lines = f"worker: {worker}\nsite: echo site $$; exec sleep 300\n"
    with installation.run(*run(installation, tmp_path, lines)) as demo:
        wait_until(lambda: "begun" in installation.log and "site" in installation.log, what="not all have begun")
        os.kill(_process_of("worker", installation), signal.SIGKILL)
        wait_until(lambda: installation.log.count("begun") == 2, what="it has not begun again")
        site = psutil.Process(_process_of("site", installation))
        assert site.is_running()
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
        assert not site.is_running()
    assert "The process 'worker' was killed (SIGKILL), perhaps because memory ran out." in installation.log
    assert "asked to stop" in installation.log


def test_a_process_that_keeps_dying_stops_all_processes_with_an_explanation(
    installation: Installation, tmp_path: Path
) -> None:
    with installation.run(*run(installation, tmp_path, "worker: exit 3\nsite: exec sleep 300\n")) as demo:
        assert demo.wait(60) == 3
    assert "The process 'worker' ended with exit status 3, 5 times in a row, so all processes stop." in installation.log


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "ended with exit status 0"), (1, "ended with exit status 1"), (-signal.SIGSEGV, "was killed (SIGSEGV)")],
)
def test_an_end_is_described_in_words(status: int, words: str) -> None:
    assert describe(status) == words


def _process_of(name: str, installation: Installation) -> int:
    """Return the process whose id is the last one in the lines of that name."""
    lines = [line for line in installation.log.splitlines() if f" {name}.1 " in line]
    return int(next(line for line in reversed(lines) if line.split()[-1].isdigit()).split()[-1])
