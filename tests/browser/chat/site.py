"""The site that the browser talks to: a real server, with a study for every chatbot of ``chat_models.toml``."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from time import sleep

from tests.installation import BASE_DIR, Installation

MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
CODE = "DONE-42"
STUDIES = f"""
from collection.models import Outcome, Recruitment, Study
from tests.factories import make_staff, make_study

for chatbot in ("tiny", "quick", "slow", "hostile", "mute"):
    study = make_study(chatbot, goal_count=2, persona_count=0)
    Study.objects.filter(pk=study.pk).update(chatbot=chatbot, title="Talking to a chatbot")
    Recruitment.objects.create(study=study, is_open=True)
    Outcome.objects.create(study=study, kind="completed", code={CODE!r})
"""


@dataclass(frozen=True)
class Site:
    """An installation and the port that it is served on, again and again."""

    installation: Installation
    port: int

    @classmethod
    def create(cls, installation: Installation) -> "Site":
        installation.settings["MODELS_FILE"] = str(MODELS_FILE)
        installation.manage("migrate", "--verbosity", "0")
        installation.evaluate(STUDIES)
        return cls(installation, _free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def serve(self) -> Iterator[Popen[bytes]]:
        """The server as the Procfile starts it, killed at the end."""
        web = next(line for line in (BASE_DIR / "Procfile").read_text("utf-8").splitlines() if line.startswith("web:"))
        command = web.removeprefix("web: exec ").replace("$PORT", str(self.port)).split()
        with self.installation.run(*command) as server:
            self._await(server)
            yield server

    def _await(self, server: Popen[bytes]) -> None:
        while server.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            sleep(0.1)
        raise AssertionError(self.installation.log)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
