"""Runs what the Procfile lists, side by side, until Ctrl-C or until one of them ends."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import sleep

import honcho.manager
from honcho.environ import expand_processes, parse_procfile
from honcho.printer import Message, Printer

STOP_SECONDS = 20
START_SECONDS = 60
LOOPBACK = "127.0.0.1"


class _QuietPrinter(Printer):  # type: ignore[misc] # honcho is not annotated
    """Prints what the processes say, without honcho's own notes about them."""

    def write(self, message: Message) -> None:
        if message.name != honcho.manager.SYSTEM_PRINTER_NAME:
            super().write(message)


def run(procfile: Path, port: int, when_ready: Callable[[], None]) -> int:
    """Runs the processes and tells ``when_ready`` once one of them listens on ``port``.

    Returns 0 after Ctrl-C, otherwise the exit status of the process that ended first and so ended the others.
    """
    # A Celery worker takes about five seconds to stop, which is where honcho would kill it.
    honcho.manager.KILL_WAIT = STOP_SECONDS
    manager = honcho.manager.Manager(_QuietPrinter())
    for process in expand_processes(parse_procfile(procfile.read_text("utf-8")).processes):
        manager.add_process(process.name, process.cmd, env=_environment(port))
    # The processes are in sessions of their own: a terminal that closes tells only this one.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    Thread(target=_tell_when_ready, args=(port, when_ready), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode == honcho.manager.SIGNALS[signal.SIGINT]["rc"] else manager.returncode


def is_port_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _environment(port: int) -> dict[str, str]:
    """What the processes see: this one's environment, with the programs that are installed beside its Python."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "PORT": str(port)}


def _tell_when_ready(port: int, when_ready: Callable[[], None]) -> None:
    for _ in range(START_SECONDS * 5):
        sleep(0.2)
        with socket.socket() as client:
            if client.connect_ex((LOOPBACK, port)) == 0:
                when_ready()
                return
