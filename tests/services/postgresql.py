"""A PostgreSQL server in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from subprocess import Popen

import psycopg

from tests.services.binaries import find_binary, free_port, wait_until


@dataclass(frozen=True)
class Server:
    """A server in a separate folder; ``url`` lacks the database's name."""

    url: str
    command: Sequence[str]
    folder: Path
    user: str | None
    numbers: Iterator[int] = field(default_factory=count)
    processes: list["Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        process = Popen(self.command, user=self.user, cwd=self.folder, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        wait_until(self.is_ready, what="PostgreSQL does not answer")

    def stop(self, how: int = signal.SIGINT) -> None:
        """Shut down fast, without waiting for clients, or in another of PostgreSQL's ways."""
        process = self.processes.pop()
        process.send_signal(how)
        process.wait(30)

    def keep_data(self, place: Path) -> None:
        """Shut down, and move the data to a place from which other servers may copy them."""
        self.stop()
        (self.folder / "data").rename(place)

    def create_database(self) -> str:
        """Create an empty database and return its address."""
        name = f"test_{next(self.numbers)}"
        create_database(self.url, name)
        return f"{self.url}/{name}"

    def is_ready(self) -> bool:
        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def create_database(server: str, name: str) -> None:
    """Create an empty database on the server at this address."""
    _execute(server, f"CREATE DATABASE {name}")


def copy_database(server: str, original: str, name: str) -> None:
    """Recreate the database as a copy of the original, which must have no connections.

    Copying its files takes a sixth of the processor time of writing them to the log, which PostgreSQL has done by default
    since version 15.
    """
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        strategy = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {original} {strategy}".encode())


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def serve(max_connections: int = 150, data: Path | None = None) -> Iterator[Server]:
    """Run a server on a free port, with a copy of the data if they are given, which another one has kept.

    Tests use ``installation.serve_postgresql``, whose servers have the tables that copies of databases are made from.

    Its data are deleted at the end, so it does not need to wait for the disk. The usual number of connections is enough for
    forty people at once without a pool, and for checks.
    """
    postgres = _find("postgres")
    with _folder() as (folder, user):
        if data:
            subprocess.run(["cp", "-a", data, folder / "data"], check=True)
        else:
            _make_data(folder, user)
        port = free_port()
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        options["max_connections"] = max_connections
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        server = Server(
            f"postgres://postgres@127.0.0.1:{port}", (postgres, "-D", f"{folder}/data", *arguments), folder, user
        )
        try:
            server.start()
            yield server
        finally:
            if server.processes:
                server.stop(signal.SIGQUIT)  # at once: nobody needs what it has not written yet


def _make_data(folder: Path, user: str | None) -> None:
    options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    command = (_find("initdb"), "-D", "data", *options)
    subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)


@contextmanager
def _folder() -> Iterator[tuple[Path, str | None]]:
    """Yield a folder and the user for the server, because PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="roleplay-postgresql-"))
    user = _unprivileged_user() if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _find(name: str) -> str:
    """Find the server's programs, which Debian keeps outside of PATH in a folder for each version; prefer the newest."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    return find_binary(name, os.pathsep.join(str(folder) for folder in folders))
