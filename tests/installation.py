"""A site with separate data, used like a real one: from other processes."""

import atexit
import os
import shutil
import signal
import sqlite3
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

from tests.forks import Process, run, start
from tests.interpreter import Interpreter
from tests.services import postgresql
from tests.services.binaries import wait_until

BASE_DIR = Path(__file__).resolve().parent.parent
MODELS_FILE = BASE_DIR / "tests" / "data" / "scripted_models.toml"
TURNS = 2
"""How many turns every dialogue of the scripted models has."""


Command = tuple[str, ...]
MIGRATE = ("migrate", "--verbosity", "0")
TABLES = "tables"
"""The database with empty tables on each PostgreSQL server of tests."""


@dataclass(frozen=True)
class Installation:
    """A data folder, and the environment that its processes share; ``settings`` are environment variables."""

    var_dir: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "VAR_DIR": str(self.var_dir), "MODELS_FILE": str(MODELS_FILE), **self.settings}

    def manage(self, *arguments: str, timeout: float = 280) -> CompletedProcess[str]:
        """Run ``python manage.py …``, which must succeed, and return its output."""
        done = run("-m", "manage", *arguments, environment=self.environment, timeout=timeout)
        assert done.returncode == 0, done.stderr
        return done

    def migrate(self) -> None:
        """Create the tables by copying those that ``manage.py migrate`` has created once."""
        self._copy("", MIGRATE)

    def load_demo(self) -> None:
        """Create the tables and the demo study by copying those that were created once with these models.

        All previous data of the database are lost.
        """
        self._copy(self.environment["MODELS_FILE"], ("load_demo",))

    def _copy(self, models_file: str, command: Command) -> None:
        self.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        share_measurements(self.var_dir)
        if url := self.settings.get("DATABASE_URL"):
            server, _, name = url.rpartition("/")
            postgresql.copy_database(server, _made_database(server, models_file, command), name)
        else:
            shutil.copyfile(made_file(models_file, command), self.var_dir / "db.sqlite3")

    def simulate(self, *options: str) -> CompletedProcess[str]:
        """Simulate dialogues of the demo study with the scripted models."""
        return self.manage("simulate", "demo", "--inquirer", "asker", "--responder", "answerer", *options)

    def evaluate(self, program: str) -> str:
        """Run a Python program in a separate process with Django set up, and return its output."""
        return _interpreter(self.var_dir, tuple(self.settings.items())).run(program).strip()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Return rows of the SQLite database, even while others write to it."""
        with closing(sqlite3.connect(self.var_dir / "db.sqlite3", timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Prevent all others from writing to the SQLite database."""
        with closing(sqlite3.connect(self.var_dir / "db.sqlite3", isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")

    def count(self, table: str) -> int:
        """Return the number of rows in the table; a condition may follow its name."""
        return int(self.query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608

    @property
    def log(self) -> str:
        """Return the output of the processes started with ``run``."""
        return (self.var_dir / "output.log").read_text("utf-8")

    @contextmanager
    def run(self, *command: str) -> Iterator[Process]:
        """Run ``python -m …`` for this installation, with output to a file in its folder, and kill it at the end."""
        with self._output() as log:
            process = start("-m", *command, environment=self.environment, stdout=log, stderr=log)
        with _killed_at_the_end(process):
            yield process

    @contextmanager
    def run_anew(self, *command: str) -> Iterator[Popen[bytes]]:
        """Do the same in a new interpreter, as people and services do, instead of a fork that is ready sooner."""
        with self._output() as log:
            arguments = [sys.executable, "-m", *command]
            process = Popen(arguments, cwd=BASE_DIR, env=self.environment, stdout=log, stderr=log)
        with _killed_at_the_end(process):
            yield process

    @contextmanager
    def _output(self) -> Iterator[int]:
        self.var_dir.mkdir(parents=True, exist_ok=True)
        with (self.var_dir / "output.log").open("ab") as log:
            yield log.fileno()

    def worker(self, models: str = "") -> AbstractContextManager[Process]:
        """Run a worker as the Procfile does; it serves everything unless ``models`` are named."""
        if models:
            return self.run("manage", "worker", "--models", models)
        return self.run("celery", "--quiet", "-A", "roleplay_site", "worker", "--loglevel", "WARNING")


@contextmanager
def _killed_at_the_end(process: Process | Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.wait()


_NUMBERS = count()


@cache
def made_file(models_file: str, command: Command) -> Path:
    """Return an SQLite database that the command has created, with these models if it needs any."""
    folder = made_folder("sqlite", models_file, command, make=lambda making: _make(making, models_file, command))
    return folder / "db.sqlite3"


def made_folder(*what: str | Command, make: Callable[[Installation], None]) -> Path:
    """Return the data folder that ``make`` has created once for all processes; ``what`` names it."""
    folder = _place_of_made(*what)
    with _alone_at(folder):
        if not folder.exists():
            making = Installation(folder.with_suffix(".making"))
            make(making)
            making.var_dir.rename(folder)
    return folder


def share_measurements(var_dir: Path) -> None:
    """Let all data folders share what engines measure of this machine, which takes seconds for each model."""
    engines, shared = var_dir / "engines", _folder_of_made() / "engines"
    if not engines.exists():
        shared.mkdir(exist_ok=True)
        engines.symlink_to(shared)


@cache
def _folder_of_made() -> Path:
    """Return the shared folder named by MADE_DATABASES, or this process's folder, which it removes at the end."""
    if shared := os.environ.get("MADE_DATABASES"):
        return Path(shared)
    own = TemporaryDirectory(prefix="roleplay-databases-")
    atexit.register(own.cleanup)
    return Path(own.name)


@contextmanager
def serve_postgresql(max_connections: int = 150) -> Iterator[postgresql.Server]:
    """Run a PostgreSQL server for this process with a copy of the data of one in which the tables have been created once."""
    data = _place_of_made("postgresql")
    with _alone_at(data):
        if not data.exists():
            _make_data(data)
    with postgresql.serve(max_connections, data) as server:
        yield server


def _make_data(place: Path) -> None:
    with postgresql.serve() as server, TemporaryDirectory(prefix="roleplay-making-") as folder:
        postgresql.create_database(server.url, TABLES)
        Installation(Path(folder), {"DATABASE_URL": f"{server.url}/{TABLES}"}).manage(*MIGRATE)
        server.keep_data(place)


@cache
def _made_database(server: str, models_file: str, command: Command) -> str:
    """Return the name of a database on this PostgreSQL server that the command has created."""
    if command == MIGRATE:
        return TABLES
    name = f"made_{next(_NUMBERS)}"
    postgresql.create_database(server, name)
    with TemporaryDirectory(prefix="roleplay-making-") as folder:
        _make(Installation(Path(folder), {"DATABASE_URL": f"{server}/{name}"}), models_file, command)
    return name


def _place_of_made(*what: str | Command) -> Path:
    return _folder_of_made() / sha256(repr(what).encode()).hexdigest()


@contextmanager
def _alone_at(place: Path) -> Iterator[None]:
    """Let one process at a time make what belongs there."""
    with place.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def _make(site: Installation, models_file: str, command: Command) -> None:
    if models_file:
        site.settings["MODELS_FILE"] = models_file
        site.migrate()
    site.manage(*command)


@lru_cache(maxsize=1)
def _interpreter(var_dir: Path, settings: tuple[tuple[str, str], ...]) -> Interpreter:
    """Return the interpreter for an installation; only the last installation's is kept."""
    return Interpreter(Installation(var_dir, dict(settings)).environment)


def kill_at_work(worker: Process, has_work: Callable[[], bool]) -> None:
    """Kill the worker without warning while it holds items. It is suspended while this is checked."""

    def is_caught() -> bool:
        worker.send_signal(signal.SIGSTOP)
        if has_work():
            return True
        worker.send_signal(signal.SIGCONT)
        return False

    wait_until(is_caught, what="the worker never had work in hand")
    worker.kill()
    worker.wait()
