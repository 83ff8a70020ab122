"""The processes from which ``tests.forks`` forks programs: one has imported the libraries, one the whole site too, one also
what tunes models, and one all tests."""

import atexit
import gc
import json
import os
import runpy
import shutil
import signal
import socket
import sys
import threading
from contextlib import suppress
from importlib import import_module, reload
from importlib.util import find_spec
from pathlib import Path
from select import select
from struct import Struct
from tempfile import TemporaryDirectory
from typing import NoReturn

from tests.preloaded_modules import LIBRARIES, SITE, TUNING

SETTINGS = "roleplay_site.settings"
SETTINGS_OF_TESTS = "tests.settings"
_NUMBER = Struct("i")


class Preloaded:
    """Forks a process for each connection, and reports its ID and later its status there, until the tests end."""

    def __init__(self, requests: socket.socket, tests: int) -> None:
        self._requests = requests
        self._tests = os.pidfd_open(tests)
        self._running: dict[int, socket.socket] = {}
        self._deaths, self._alarm = socket.socketpair()
        self._alarm.setblocking(False)
        signal.set_wakeup_fd(self._alarm.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> list[str]:
        """Return in each fork, with the command that it must run. When the tests end, kill the forks and exit."""
        watched: list[socket.socket | int] = [self._requests, self._deaths, self._tests]
        while True:
            ready, _, _ = select(watched, [], [])
            if self._tests in ready:
                self._end()
            if self._requests in ready:
                connection, _ = self._requests.accept()
                _, files, _, _ = socket.recv_fds(connection, 1, 3)
                if (pid := os.fork()) == 0:
                    return self._become(connection, files)
                for file in files:
                    os.close(file)
                self._running[pid] = connection
                report(connection, pid)
            if self._deaths in ready:
                self._deaths.recv(4096)
                self._reap()

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._running.pop(pid) as connection:
                report(connection, os.waitstatus_to_exitcode(status))

    def _end(self) -> None:
        for pid in self._running:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(Path(self._requests.getsockname()).parent, ignore_errors=True)  # tests that were killed have not
        sys.exit()

    def _become(self, connection: socket.socket, files: list[int]) -> list[str]:
        """Take over the command's environment and standard files; leave nothing else of this process open."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        with connection.makefile() as request:
            command, environment = json.load(request)
        for opened in (connection, self._requests, self._deaths, self._alarm, *self._running.values()):
            opened.close()
        os.close(self._tests)
        os.environ.clear()
        os.environ.update(environment)
        return list(command)


def report(connection: socket.socket, number: int) -> None:
    """Send the number, unless the other end has just been closed."""
    with suppress(BrokenPipeError):
        connection.sendall(_NUMBER.pack(number))


def receive(connection: socket.socket) -> int:
    """Return a number that was reported."""
    received = connection.recv(_NUMBER.size)
    assert received, "the process that reports has ended"
    return int(_NUMBER.unpack(received)[0])


def load_site() -> None:
    """Set up Django with all pages and tasks, in a data folder that no fork uses."""
    with TemporaryDirectory(prefix="roleplay-preloaded-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        import_module("django").setup()
        for name in SITE:
            import_module(name)
        import_module("roleplay_site.serving.preparation").prepare()


def load_tests() -> None:
    """Let pytest import all tests, so that it rewrites their assertions."""
    pytest = import_module("pytest")
    os.environ.pop("PYTEST_ADDOPTS", None)  # with `-n` in it, this process would wait for forks of its own
    status = pytest.main(["-p", "tests.importing", "-p", "no:cacheprovider"])
    assert status == pytest.ExitCode.NO_TESTS_COLLECTED, f"pytest could not import the tests: it returned {status!r}"
    running = [thread.name for thread in threading.enumerate()]
    assert len(running) == 1, f"forks would lack threads that tests start when they are imported: {running}"


def read_settings() -> None:
    """Read the settings of the environment as at the start, and replace everything that was made of the previous ones."""
    from django.apps import apps
    from django.conf import Settings, settings
    from django.db import connections
    from django.test.signals import reset_template_engines

    name_of_settings = SETTINGS_OF_TESTS if SETTINGS_OF_TESTS in sys.modules else SETTINGS
    for name in {"roleplay_site.configuration", SETTINGS, name_of_settings}:
        del sys.modules[name]
    own = Settings(name_of_settings)
    for name in filter(str.isupper, dir(own)):
        setattr(settings, name, getattr(own, name))
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]
    vars(connections).update(_settings=None)
    vars(connections).pop("settings", None)
    for name in ("roleplay_site.celery", "roleplay_site"):
        reload(sys.modules[name])
    apps.get_app_config("roleplay_site").ready()
    if settings.DEBUG:
        reset_template_engines(setting="DEBUG")


def run(kind: str, program: str, *arguments: str) -> None:
    """Run the program as ``python -m`` or ``python -c`` does."""
    sys.argv = [_file_of(program) if kind == "-m" else kind, *arguments]
    if SETTINGS in sys.modules:
        read_settings()
    if kind == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102


def leave(status: int) -> NoReturn:
    """End as Python does, but leave its memory to the system: clearing each module copies all that forks share."""
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _file_of(module: str) -> str:
    """Return the file of the module: the settings look at the name of the program."""
    found = find_spec(module)
    return found.origin or module if found else module


if __name__ == "__main__":
    # Leave the parent: when it ends, it would kill this process before this one has ended its own forks.
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal ends the tests, and their end is this process's
    kind, owner = sys.argv[1:]
    if kind == "tests":
        load_tests()
    for name in LIBRARIES if kind == "libraries" else TUNING if kind == "tuning" else []:
        import_module(name)
    if kind == "site":
        load_site()
    gc.collect()
    gc.freeze()  # so that no fork looks at these objects, which would copy them
    try:
        run(*Preloaded(socket.socket(fileno=os.dup(0)), int(owner)).serve())
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise
        leave(ended.code or 0)
    leave(0)
