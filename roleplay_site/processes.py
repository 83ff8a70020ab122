"""The processes of the Procfile, run side by side until Ctrl-C; a process that dies is restarted."""

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import honcho.manager
from honcho.environ import expand_processes, parse_procfile
from honcho.printer import Message, Printer
from honcho.process import Process

STOP_SECONDS = 20
START_SECONDS = 60
LOOPBACK = "127.0.0.1"
PATIENCE = 5
"""A process is given up after this many ends in a row, each within ``YOUNG_SECONDS`` of a start."""
YOUNG_SECONDS = 30.0


class _QuietPrinter(Printer):  # type: ignore[misc] # honcho is not annotated
    """Print the output of the processes, without honcho's own notes about them."""

    def write(self, message: Message) -> None:
        if message.name != honcho.manager.SYSTEM_PRINTER_NAME:
            super().write(message)


class _Restarted(Process):  # type: ignore[misc] # honcho is not annotated
    """A process that is restarted, with a sentence, when it ends, unless all processes stop or it keeps ending early."""

    def __init__(self, *args: Any, is_stopping: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_stopping = is_stopping
        self._young_deaths = 0
        self._is_over = False

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        while not self._is_over:
            # Honcho ignores these signals from the first run on, and what is started would inherit that.
            for number in honcho.manager.SIGNALS:
                signal.signal(number, lambda *_: None)
            self._started_at = time.monotonic()
            super().run(events, ignore_signals)

    def _send_message(self, data: Any, type: str = "line") -> None:
        """Hide the end of a process that can be restarted from the manager, which would stop the other processes."""
        self._is_over = type == "stop" and not self._begins_again(data["returncode"])
        if type != "stop" or self._is_over:
            super()._send_message(data, type)

    def _begins_again(self, status: int) -> bool:
        if self._is_stopping.is_set():
            return False
        is_young = time.monotonic() - self._started_at < YOUNG_SECONDS
        self._young_deaths = self._young_deaths + 1 if is_young else 0
        if self._young_deaths == PATIENCE:
            self._say(f"{describe(status)}, {PATIENCE} times in a row, so all processes stop.")
            return False
        self._say(f"{describe(status)}. It is being restarted. No stored data are lost.")
        return not self._is_stopping.wait(self._young_deaths)

    def _say(self, predicate: str) -> None:
        """Print a sentence about the process among its own lines, under its name in the Procfile (honcho's is "worker.1")."""
        super()._send_message(f"The process '{self.name.partition('.')[0]}' {predicate}\n".encode())


class _Manager(honcho.manager.Manager):  # type: ignore[misc] # honcho is not annotated
    """A manager of processes that are restarted."""

    def __init__(self) -> None:
        super().__init__(_QuietPrinter())
        self._is_stopping = multiprocessing.Event()
        self._process_ctor = partial(_Restarted, is_stopping=self._is_stopping)

    def terminate(self) -> None:
        self._is_stopping.set()
        super().terminate()


def run(procfile: Path, port: int, when_ready: Callable[[], None]) -> int:
    """Run the processes and call ``when_ready`` once one of them listens on ``port``.

    Return 0 after Ctrl-C, or else the exit status of the process that was given up and ended the others.
    """
    # A Celery worker takes about five seconds to stop, after which honcho would kill it.
    honcho.manager.KILL_WAIT = STOP_SECONDS
    manager = _Manager()
    for process in expand_processes(parse_procfile(procfile.read_text("utf-8")).processes):
        manager.add_process(process.name, process.cmd, env=_environment(port))
    # Each process has a separate session, so a terminal that closes signals only this one.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    Thread(target=_tell_when_ready, args=(port, when_ready), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode == honcho.manager.SIGNALS[signal.SIGINT]["rc"] else manager.returncode


def describe(status: int) -> str:
    """Return how a process ended; a negative return code is a signal."""
    if status == -signal.SIGKILL:
        return "was killed (SIGKILL), perhaps because memory ran out"
    if status < 0:
        return f"was killed ({signal.Signals(-status).name})"
    return f"ended with exit status {status}"


def is_port_free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback interface."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _environment(port: int) -> dict[str, str]:
    """Return the environment of the processes: this one's, with the directory of its Python first in PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "PORT": str(port)}


def _tell_when_ready(port: int, when_ready: Callable[[], None]) -> None:
    for _ in range(START_SECONDS * 5):
        sleep(0.2)
        with socket.socket() as client:
            if client.connect_ex((LOOPBACK, port)) == 0:
                when_ready()
                return
