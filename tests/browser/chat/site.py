"""The site that the browser talks to: a real server, with a study for every chatbot of ``chat_models.toml``."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from tests.installation import BASE_DIR, Installation
from tests.services.binaries import free_port, wait_until

MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
CODE = "DONE-42"
STUDIES = f"""
from collection.models import Outcome, Recruitment, Study
from tests.factories import make_study

def make(slug, chatbot, goals=2, **fields):
    study = make_study(slug, goal_count=goals, persona_count=0)
    Study.objects.filter(pk=study.pk).update(chatbot=chatbot, title="Talking to a chatbot", **fields)
    Recruitment.objects.create(study=study, is_open=True)
    Outcome.objects.create(study=study, kind="completed", code={CODE!r})

for chatbot in ("tiny", "quick", "slow", "hostile", "mute", "busy"):
    make(chatbot, chatbot)
make("once", "quick", max_turns=1)
make("guide", "guide", goals=10)
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
        return cls(installation, free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def serve(self) -> Iterator[Popen[bytes]]:
        """The server as the Procfile starts it, killed at the end."""
        web = next(line for line in (BASE_DIR / "Procfile").read_text("utf-8").splitlines() if line.startswith("web:"))
        command = web.removeprefix("web: exec ").replace("$PORT", str(self.port)).split()
        with self.installation.run(*command) as server:
            wait_until(self._is_listening, what=f"the server does not listen: {self.installation.log}")
            yield server

    def _is_listening(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0
