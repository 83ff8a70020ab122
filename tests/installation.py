"""A site with data of its own, used as its users do: from other processes."""

import atexit
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from functools import cache, lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from subprocess import CompletedProcess, Popen
from tempfile import TemporaryDirectory
from typing import Any

from tests.interpreter import Interpreter
from tests.services.binaries import wait_until
from tests.services.postgresql import copy_database, create_database

BASE_DIR = Path(__file__).resolve().parent.parent
MODELS_FILE = BASE_DIR / "tests" / "data" / "scripted_models.toml"
TURNS = 2
"""How many turns every dialogue of the scripted models has."""


Command = tuple[str, ...]


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
        """Make the tables as ``manage.py migrate`` does: copy those that it has made once."""
        self._copy("", ("migrate", "--verbosity", "0"))

    def load_demo(self) -> None:
        """Make the tables and the demo study: copy what has been made once with these models.

        Whatever the database held is gone.
        """
        self._copy(self.environment["MODELS_FILE"], ("load_demo",))

    def _copy(self, models_file: str, command: Command) -> None:
        self.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if url := self.settings.get("DATABASE_URL"):
            server, _, name = url.rpartition("/")
            copy_database(server, _made_database(server, models_file, command), name)
        else:
            shutil.copyfile(_made_file(models_file, command), self.var_dir / "db.sqlite3")

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

    def worker(self, models: str = "") -> AbstractContextManager[Popen[bytes]]:
        """A worker, started as the Procfile does; for all work unless ``models`` are named."""
        if models:
            return self.run("manage", "worker", "--models", models)
        return self.run("celery", "--quiet", "-A", "roleplay_site", "worker", "--loglevel", "WARNING")


_NUMBERS = count()


@cache
def _made_file(models_file: str, command: Command) -> Path:
    """Return an SQLite database that the command has made, with these models unless there are none to know."""
    folder = _folder_of_made() / sha256(repr((models_file, command)).encode()).hexdigest()
    file = folder / "db.sqlite3"
    with folder.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not file.exists():
            making = Installation(folder.with_suffix(".making"))
            _make(making, models_file, command)
            making.var_dir.rename(folder)
    return file


@cache
def _folder_of_made() -> Path:
    """Return the folder that processes share when MADE_DATABASES names one, or that of this process, which removes it."""
    if shared := os.environ.get("MADE_DATABASES"):
        return Path(shared)
    own = TemporaryDirectory(prefix="roleplay-databases-")
    atexit.register(own.cleanup)
    return Path(own.name)


@cache
def _made_database(server: str, models_file: str, command: Command) -> str:
    """Return the name of a database on this PostgreSQL server that the command has made."""
    name = f"made_{next(_NUMBERS)}"
    create_database(server, name)
    with TemporaryDirectory(prefix="roleplay-making-") as folder:
        _make(Installation(Path(folder), {"DATABASE_URL": f"{server}/{name}"}), models_file, command)
    return name


def _make(site: Installation, models_file: str, command: Command) -> None:
    if models_file:
        site.settings["MODELS_FILE"] = models_file
        site.migrate()
    site.manage(*command)


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
