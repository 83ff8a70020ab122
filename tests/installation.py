"""A site with data of its own, used as its users do: from other processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess, Popen

BASE_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Installation:
    """One folder for data and the environment that its processes share; ``settings`` are environment variables."""

    var_dir: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "VAR_DIR": str(self.var_dir), **self.settings}

    def manage(self, *arguments: str) -> CompletedProcess[str]:
        """What ``python manage.py …`` wrote; an exit status other than 0 raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, check=True, timeout=110,
        )  # fmt: skip

    def evaluate(self, program: str) -> str:
        """What a Python program prints that runs with Django set up."""
        return self.manage("shell", "--no-imports", "--command", program).stdout.strip()

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
