"""A site with data of its own, used as its users do: from other processes."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

from tests.services.binaries import wait_until

BASE_DIR = Path(__file__).resolve().parent.parent
MODELS_FILE = BASE_DIR / "tests" / "data" / "scripted_models.toml"
TURNS = 2
"""How many turns every dialogue of the scripted models has."""


@dataclass(frozen=True)
class Installation:
    """One folder for data and the environment that its processes share; ``settings`` are environment variables."""

    var_dir: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "VAR_DIR": str(self.var_dir), "MODELS_FILE": str(MODELS_FILE), **self.settings}

    def manage(self, *arguments: str, timeout: float = 280) -> CompletedProcess[str]:
        """What ``python manage.py …`` wrote; it must succeed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    def load_demo(self) -> None:
        """Makes the tables and the demo study."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_demo")

    def simulate(self, *options: str) -> CompletedProcess[str]:
        """Simulates dialogues of the demo study with the scripted models."""
        return self.manage("simulate", "demo", "--inquirer", "asker", "--responder", "answerer", *options)

    def evaluate(self, program: str) -> str:
        """What a Python program prints that runs with Django set up."""
        return self.manage("shell", "--no-imports", "--command", program).stdout.strip()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the SQLite database, read beside whoever writes to it."""
        with closing(sqlite3.connect(self.var_dir / "db.sqlite3", timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else can write to the SQLite database."""
        with closing(sqlite3.connect(self.var_dir / "db.sqlite3", isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")

    def count(self, table: str) -> int:
        """How many rows the table holds; a condition may follow its name."""
        return int(self.query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608

    @property
    def log(self) -> str:
        """What the processes wrote that were started with ``run``."""
        return (self.var_dir / "output.log").read_text("utf-8")

    @contextmanager
    def run(self, *command: str) -> Iterator[Popen[bytes]]:
        """A process of this installation, killed at the end if it still runs; its output goes to a file in its folder."""
        self.var_dir.mkdir(parents=True, exist_ok=True)
        with (self.var_dir / "output.log").open("ab") as log:
            process = Popen(
                [sys.executable, "-m", *command],
                cwd=BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def worker(self) -> AbstractContextManager[Popen[bytes]]:
        """A Celery worker, started as the Procfile does."""
        return self.run("celery", "--quiet", "-A", "roleplay_site", "worker", "--loglevel", "WARNING")


def kill_at_work(worker: Popen[bytes], has_work: Callable[[], bool]) -> None:
    """Kill the worker without warning while it has work in hand. It is held still while that is looked up."""

    def is_caught() -> bool:
        worker.send_signal(signal.SIGSTOP)
        if has_work():
            return True
        worker.send_signal(signal.SIGCONT)
        return False

    wait_until(is_caught, what="the worker never had work in hand")
    worker.kill()
    worker.wait()
