"""Chats over real server processes, with one dialogue that has just begun."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.collection.chat.pages import Frame
from tests.forks import Process
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import free_port, wait_until

BEGIN = """
import json
from collection.participation.goals import begin_goal
from tests.collection.chat.pages import path_of
from tests.collection.factories import enrol_participant, make_open_study
from tests.enrolment.people import cookie_of

study = make_open_study(chatbot="bot")
dialogue = begin_goal(enrol_participant(study))
print(json.dumps({"path": path_of(dialogue), "cookie": cookie_of(dialogue.persona.participant)}))
"""
PATIENCE = 30.0


@dataclass(frozen=True)
class Chat:
    """The dialogue's socket at any server of the installation, and the cookie that opens it."""

    installation: Installation
    path: str
    cookie: str

    @classmethod
    def begin(cls, installation: Installation, models_file: Path) -> "Chat":
        installation.settings["MODELS_FILE"] = str(models_file)
        installation.migrate()
        return cls(installation, **json.loads(installation.evaluate(BEGIN)))

    def copy(self, var_dir: Path) -> "Chat":
        """Return the same chat in a separate installation."""
        shutil.copytree(self.installation.var_dir, var_dir)
        return replace(self, installation=Installation(var_dir, dict(self.installation.settings)))

    @contextmanager
    def serve(self) -> Iterator["Server"]:
        """Run a server as the Procfile does, and kill it at the end."""
        server = Server(self, free_port())
        with self.installation.run(*server.command) as server.process:
            wait_until(server.is_listening, what=f"the server does not listen: {self.installation.log}")
            yield server


class Server:
    """One server process."""

    process: Process

    def __init__(self, chat: Chat, port: int) -> None:
        self.chat = chat
        self.port = port
        web = next(line for line in (BASE_DIR / "Procfile").read_text("utf-8").splitlines() if line.startswith("web:"))
        self.command = web.removeprefix("web: exec ").replace("$PORT", str(port)).split()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def is_listening(self) -> bool:
        assert self.process.poll() is None, self.chat.installation.log
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def connect(self, *, origin: str = "", cookie: str = "") -> connect:
        """Open a connection, by default as the participant's browser does."""
        return connect(
            f"ws://{self.host}{self.chat.path}",
            origin=origin or f"http://{self.host}",  # type: ignore[arg-type] # a NewType of str
            additional_headers={"Cookie": cookie or self.chat.cookie},
        )

    @asynccontextmanager
    async def open_page(self) -> AsyncIterator["RemotePage"]:
        """Open the dialogue's page and read its snapshot."""
        async with self.connect() as connection:
            page = RemotePage(connection)
            page.snapshot = await page.wait_for("snapshot")
            yield page


class RemotePage:
    """A page that follows the frames strictly and fails if it cannot."""

    snapshot: Frame

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.text = ""

    async def send(self, **frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def say(self, text: str, key: str = "key-00001") -> None:
        await self.send(type="say", key=key, text=text, typing={})

    async def next(self) -> Frame:
        async with asyncio.timeout(PATIENCE):
            frame: Frame = json.loads(await self.connection.recv())
        if frame["type"] == "piece":
            assert frame["offset"] == len(self.text), "the page could not follow"
            self.text += frame["text"]
        if frame["type"] == "snapshot":
            self.text = (frame["generation"] or {"text": ""})["text"]
        return frame

    async def wait_for(self, *kinds: str) -> Frame:
        while True:
            frame = await self.next()
            if frame["type"] in kinds:
                return frame

    async def answer_to(self, key: str) -> Frame:
        """Send a message and return the frame that says whether it was stored or refused."""
        while (frame := await self.next()).get("key") != key:
            pass
        return frame

    async def read(self, characters: int) -> None:
        """Wait until the page shows this many characters of the reply."""
        while len(self.text) < characters:
            await self.next()
