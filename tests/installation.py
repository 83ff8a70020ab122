"""A site with data of its own, used as its users do: from other processes."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from subprocess import CompletedProcess, Popen
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from tests.interpreter import Interpreter
from tests.services.binaries import wait_until
from tests.services.postgresql import copy_database, create_database

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

    def migrate(self) -> None:
        """Make the tables as ``manage.py migrate`` does: copy those that it has made once for this process."""
        self._copy(TABLES)

    def load_demo(self) -> None:
        """Make the tables and the demo study: copy what has been made once for this process and these models.

        Whatever the database held is gone.
        """
        self._copy(DEMO)

    def _copy(self, commands: "Commands") -> None:
        self.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        models_file = self.settings.get("MODELS_FILE", str(MODELS_FILE))
        if url := self.settings.get("DATABASE_URL"):
            server, _, name = url.rpartition("/")
            copy_database(server, _made_database(server, commands, models_file), name)
        else:
            shutil.copyfile(_made_file(commands, models_file), self.var_dir / "db.sqlite3")

    def simulate(self, *options: str) -> CompletedProcess[str]:
        """Simulates dialogues of the demo study with the scripted models."""
        return self.manage("simulate", "demo", "--inquirer", "asker", "--responder", "answerer", *options)

    def evaluate(self, program: str) -> str:
        """Return what a Python program prints that runs in a process of its own, with Django set up."""
        return _interpreter(self.var_dir, tuple(self.settings.items())).run(program).strip()

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


Commands = tuple[tuple[str, ...], ...]
TABLES: Commands = (("migrate", "--verbosity", "0"),)
DEMO: Commands = (*TABLES, ("load_demo",))
_MADE = TemporaryDirectory(prefix="roleplay-tables-")
"""SQLite databases to copy, each made once by this process, which removes them at its end."""


@cache
def _made_file(commands: Commands, models_file: str) -> Path:
    """Return an SQLite database that these commands have made."""
    return _made(commands, {"MODELS_FILE": models_file}) / "db.sqlite3"


@cache
def _made_database(server: str, commands: Commands, models_file: str) -> str:
    """Return the name of a database on this PostgreSQL server that these commands have made."""
    name = f"made_{_made_database.cache_info().misses}"
    create_database(server, name)
    _made(commands, {"MODELS_FILE": models_file, "DATABASE_URL": f"{server}/{name}"})
    return name


def _made(commands: Commands, settings: dict[str, str]) -> Path:
    made = Installation(Path(mkdtemp(dir=_MADE.name)) / "var", settings)
    for command in commands:
        made.manage(*command)
    return made.var_dir


@lru_cache(maxsize=1)
def _interpreter(var_dir: Path, settings: tuple[tuple[str, str], ...]) -> Interpreter:
    """Return what runs programs in an installation; only that of the last installation is kept."""
    return Interpreter(BASE_DIR, Installation(var_dir, dict(settings)).environment)


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
