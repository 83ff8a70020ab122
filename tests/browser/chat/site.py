"""The site for the browser: a real server, with a study for every chatbot in ``chat_models.toml``.

The participants have reached their first goal.
"""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.forks import Process
from tests.installation import BASE_DIR, Installation, made_folder
from tests.services.binaries import free_port, wait_until

MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
CODE = "DONE-42"
MAKE = f"""
import json
from django.test import Client
from collection.models import Outcome
from studies.services import paper_questionnaire
from tests.factories import make_staff
from tests.browser.chat.arabic import make_arabic_evaluator, make_arabic_study
from tests.enrolment.people import personal_link, personal_token
from collection.participation.goals import begin_goal
from tests.collection.factories import enrol_participant, make_open_study

links = {{}}

def make(slug, chatbot, people, goals=2, **fields):
    study = make_open_study(slug, goal_count=goals, chatbot=chatbot, title="Talking to a chatbot", **fields)
    Outcome.objects.create(study=study, kind="completed", code={CODE!r})
    people = [enrol_participant(study) for _ in range(people)]
    for participant in people:
        begin_goal(participant)
    links[slug] = [f"/s/{{slug}}/p/{{personal_token(participant)}}/" for participant in people]
"""
STUDIES = """
make("tiny", "tiny", people=0)
make("smollm2", "smollm2", people=2)
make("hostile", "hostile", people=3)
make("mute", "mute", people=2)
make("busy", "busy", people=3)
make("patient", "patient", people=1)
make("thinker", "thinker", people=1)
make("quick", "quick", people=13)
make("three", "quick", people=1, goals=3)
make("slow", "slow", people=12)
make("once", "quick", people=1, max_turns=1)
make("closing", "quick", people=2)
make("guide", "guide", people=0, goals=10)
make("german", "quick", people=1, language="de")
make_arabic_study()
trust = {"key": "trust", "label": "How far do you trust it?", "kind": "scale", "low": 1, "high": 5}
speakers = {"key": "native_english", "answers": ["Yes", "No"]}
questionnaire = [*paper_questionnaire(), trust | {"placement": "after_goal", "shown_if": speakers}]
make("tried", "quick", people=0, goals=1, questionnaire=questionnaire, contact="ada@example.org")
researcher = Client()
researcher.force_login(make_staff())
links["session of a researcher"] = [researcher.cookies["sessionid"].value]
links["arabic-judged"] = [personal_link(make_arabic_evaluator())]
"""
TELL = "print(json.dumps(links))"
LINKS = "links.json"


@dataclass(frozen=True)
class Site:
    """An installation and the port on which it is served repeatedly."""

    installation: Installation
    port: int
    links: dict[str, list[str]]
    """By study: personal links of people who are about to chat, each for one test."""
    _serving: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def create(cls, installation: Installation, studies: str = STUDIES) -> "Site":
        """Create the site by copying what ``studies``, a program that creates its studies, has created once."""
        made = made_folder("chat", studies, make=partial(_make_studies, studies))
        installation.settings["MODELS_FILE"] = str(MODELS_FILE)
        shutil.copytree(made, installation.var_dir, symlinks=True, dirs_exist_ok=True)
        return cls(installation, free_port(), json.loads((made / LINKS).read_text("utf-8")))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def serve(self) -> Iterator[Process]:
        """Run the server as the Procfile does, and kill it at the end."""
        web = next(line for line in (BASE_DIR / "Procfile").read_text("utf-8").splitlines() if line.startswith("web:"))
        command = web.removeprefix("web: exec ").replace("$PORT", str(self.port)).split()
        with self.installation.run(*command) as server:
            wait_until(self._is_listening, what=f"the server does not listen: {self.installation.log}")
            yield server

    def start(self) -> None:
        """Run the server until ``stop``."""
        self._serving.enter_context(self.serve())

    def stop(self) -> None:
        """Kill the server that was started."""
        self._serving.close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Kill the server that was started, and start it again at the end."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def enter(self, page: Page, study: str) -> Page:
        """Return the first goal's chat of a new participant; another test covers the steps before it."""
        page.goto(self.url + self.links[study].pop())
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Goal 1 of"))
        return page

    def _is_listening(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


def _make_studies(studies: str, site: Installation) -> None:
    site.settings["MODELS_FILE"] = str(MODELS_FILE)
    site.migrate()
    links = site.manage("shell", "--no-imports", "--command", MAKE + studies + TELL).stdout
    (site.var_dir / LINKS).write_text(links, "utf-8")
