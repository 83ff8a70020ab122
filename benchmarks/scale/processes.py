"""Workers started as an operator starts them, and the processor time and memory of processes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.programs import start, stop

WORKER_LOG = "worker.log"


@contextmanager
def work(environment: Mapping[str, str], log: Path) -> Iterator[psutil.Process]:
    """Run ``manage.py worker``; its output goes to ``log``."""
    process = start("manage", "worker", environment=environment, log=log)
    try:
        yield psutil.Process(process.pid)
    finally:
        stop(process)


def memory(process: psutil.Process) -> int:
    """Return the resident memory of the process in bytes."""
    return int(process.memory_info().rss)


def processor_seconds(*roots: psutil.Process) -> float:
    """Return the processor time of these processes and of all that they started, ended ones too."""
    return sum(_seconds(process) for root in roots for process in (root, *root.children(recursive=True)))


def database_process(environment: Mapping[str, str]) -> list[psutil.Process]:
    """Return the database server that this process has started; none for SQLite, which works inside its clients."""
    if "DATABASE_URL" not in environment:
        return []
    return [child for child in psutil.Process().children() if child.name() == "postgres"]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # it has ended meanwhile, and its parent counts it
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
