"""Forks are what new interpreters are to their programs and to the tests, and end with the tests."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import TimeoutExpired

import psutil
import pytest

from tests import forks
from tests.installation import BASE_DIR
from tests.services.binaries import wait_until

ENVIRONMENT = {"PATH": "/usr/bin", "LC_ALL": "C.UTF-8", "SECRET_KEY": "a secret"}
DESCRIBE = """
import os, signal, sys, threading
print(__name__, sys.argv, os.getcwd(), dict(os.environ), sys.stdin.read(), sys.stdout.encoding, sys.stdout.isatty())
print([signal.getsignal(number) for number in signal.valid_signals()], signal.set_wakeup_fd(-1), threading.enumerate()[1:])
print([number for number in range(3, 100) if os.path.exists(f"/proc/self/fd/{number}")])
print([name for name in ("roleplay_site", "django.contrib.auth.models", "numpy") if name in sys.modules])
"""
SHOW_SETTINGS = """
import json
from celery import current_app
from django.conf import settings
from django.db import connection
from dialogue.backends import notes
with connection.cursor() as cursor:
    [[_, _, file]] = cursor.execute("PRAGMA database_list")
shown = [file, settings.DATABASES["default"]["NAME"], notes.folder(), current_app.conf.broker_url, settings.ALLOWED_HOSTS]
print(json.dumps([*shown, settings.SECRET_KEY], default=str))
"""
START_AND_WAIT = """
import os, sys, time
from tests import forks
program = ("-c", "import time; time.sleep(300)")
print(forks.fork(sys.argv[1], *program, environment=os.environ, files=[0, 2, 2]).pid, flush=True)
time.sleep(300)
"""


def run_anew(*command: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a new interpreter, which Ctrl-C interrupts even if these tests run in the background, ignoring it."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=BASE_DIR,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize(
    "command",
    [
        ("-c", DESCRIBE, "and", "arguments"),
        ("-c", "raise SystemExit('It ends with a sentence.')"),
        ("-c", "raise SystemExit(3)"),
        ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGINT)"),
        ("-c", "import atexit, threading; threading.Timer(0.1, print, 'd').start(); atexit.register(print, 'last')"),
        ("-m", "calendar", "2026", "1"),
    ],
    ids=["its surroundings", "a sentence", "a status", "killed", "interrupted", "a thread", "a module"],
)
def test_a_fork_does_what_a_new_interpreter_does(command: tuple[str, ...]) -> None:
    new, fork = run_anew(*command), forks.run(*command, environment=ENVIRONMENT)
    assert (fork.returncode, fork.stdout) == (new.returncode, new.stdout)
    assert fork.stderr.splitlines()[-1:] == new.stderr.splitlines()[-1:]


@pytest.mark.parametrize("places", ["first", "second"])
def test_a_fork_of_the_site_has_the_settings_of_its_environment(places: str, tmp_path: Path) -> None:
    folder = tmp_path / places
    own = {"VAR_DIR": str(folder), "CELERY_BROKER_URL": "redis://example", "ALLOWED_HOSTS": f"{places},localhost"}
    shown = run_shell(SHOW_SETTINGS, own)
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout) == [str(folder / "db.sqlite3")] * 2 + [
        f"{folder}/engines",
        "redis://example",
        [places, "localhost"],
        (folder / "secret_key").read_text(),
    ]


def test_a_site_with_wrong_settings_does_not_start() -> None:
    refused = run_shell("print('started')", {"DEBUG": "perhaps"})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The site cannot start.")


def run_shell(program: str, own: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the program in the site's shell, with these variables in place of the test's."""
    return forks.run("-m", "manage", "shell", "--no-imports", "-c", program, environment={**os.environ, **own})


def test_a_fork_can_be_watched_suspended_and_ended() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    process = forks.start("-c", "import time; time.sleep(300)", environment={}, stdout=nothing, stderr=nothing)
    os.close(nothing)
    with pytest.raises(TimeoutExpired):
        process.wait(0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: psutil.Process(process.pid).status() == "stopped", what="it has not been suspended")
    process.send_signal(signal.SIGCONT)
    process.terminate()
    assert process.wait(30) == process.poll() == -signal.SIGTERM
    process.kill()


def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutExpired):
        forks.run("-c", "import time; time.sleep(300)", environment={}, timeout=0.1)


@pytest.mark.parametrize("kind", ["libraries", "site"])
def test_the_forks_of_a_killed_test_process_end(kind: str, tmp_path: Path) -> None:
    command, environment = [sys.executable, "-c", START_AND_WAIT, kind], {**ENVIRONMENT, "VAR_DIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        fork = psutil.Process(int(tests.stdout.readline()))
        both = [fork, *fork.parents()[:1]]
        tests.kill()
    assert psutil.wait_procs(both, timeout=30)[1] == []
