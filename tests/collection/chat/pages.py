"""A chat page without a browser, which sends and receives frames through the real application."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from asgiref.testing import ApplicationCommunicator

from collection.participation.goals import begin_goal
from roleplay_site.asgi import application
from studies.models import Dialogue
from tests.collection.factories import enrol_participant, make_open_study
from tests.enrolment.people import cookie_of

HOST = "127.0.0.1:8000"
PATIENCE = 30.0
"""Seconds after which a frame that does not come fails the test: on a busy machine five were too few."""
REPLIES = ("A bear is a large animal that likes honey.", "A bee is a small animal that makes it.")
UNDER_WAY = ("queued", "streaming")

Frame = dict[str, Any]


def write_models(folder: Path, **fields: Any) -> Path:
    """Write a models file with the scripted chatbot "bot", which gives REPLIES unless ``fields`` change it."""
    values = {"backend": "scripted", "replies": REPLIES} | fields
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    side = ["[models.bot.responder]", 'prompts = "llama-2-responder"', "coherence = { max_n = 5 }"]
    file = folder / "models.toml"
    file.write_text("\n".join(["[models.bot]", *lines, *side]), "utf-8")
    return file


def make_chat(**study: Any) -> Dialogue:
    """Return a dialogue that has just begun with the chatbot "bot"; ``study`` holds fields of its study."""
    dialogue = begin_goal(enrol_participant(make_open_study(chatbot="bot", **study)))
    assert dialogue is not None
    return dialogue


class Socket:
    """A WebSocket as an ASGI server passes it to the application."""

    def __init__(self, path: str, headers: dict[str, str]) -> None:
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": given, "subprotocols": []}
        self._server = ApplicationCommunicator(application, scope)

    async def connect(self) -> bool:
        """Return whether the application has accepted the connection."""
        await self._server.send_input({"type": "websocket.connect"})
        return bool((await self.receive())["type"] == "websocket.accept")

    async def send(self, **data: Any) -> None:
        await self._server.send_input({"type": "websocket.receive", **data})

    async def receive(self) -> Frame:
        """Return the application's next event: accept, send or close."""
        event: Frame = await self._server.receive_output(PATIENCE)
        return event

    async def close(self) -> None:
        await self._server.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._server.wait(PATIENCE)


class Page:
    """One open page of a dialogue. ``text`` is the reply as the page would show it, ``seen`` every frame so far."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.seen: list[Frame] = []
        self.text = ""

    async def send(self, **frame: Any) -> None:
        await self.socket.send(text=json.dumps(frame))

    async def say(self, text: str, key: str = "key-00001", typing: dict[str, float] | None = None) -> None:
        await self.send(type="say", key=key, text=text, typing=typing or {})

    async def next(self) -> Frame:
        """Return the next frame, after applying it to the page."""
        frame: Frame = json.loads((await self.socket.receive())["text"])
        self.seen.append(frame)
        if frame["type"] == "piece":
            assert frame["offset"] == len(self.text) or frame["offset"] == 0, "the page could not follow"
            self.text = self.text[: frame["offset"]] + frame["text"]
        if frame["type"] == "snapshot":
            self.text = (frame["generation"] or {"text": ""})["text"]
        return frame

    async def wait_for(self, kind: str, **fields: Any) -> Frame:
        """Return the next frame of that type with those fields, skipping others."""
        while True:
            frame = await self.next()
            if frame["type"] == kind and all(frame[name] == value for name, value in fields.items()):
                return frame

    async def answer_to(self, key: str) -> Frame:
        """Send a message and return the frame that says whether it was stored or refused."""
        while True:
            frame = await self.next()
            if frame.get("key") == key:
                return frame


@asynccontextmanager
async def open_socket(path: str, headers: dict[str, str]) -> AsyncIterator[tuple[Socket, bool]]:
    """Open a socket, and return whether the server has accepted it."""
    socket = Socket(path, headers)
    is_open = await socket.connect()
    try:
        yield socket, is_open
    finally:
        await socket.close()


@asynccontextmanager
async def open_page(dialogue: Dialogue) -> AsyncIterator[Page]:
    """Open the dialogue's page as its participant, and read its snapshot."""
    async with open_socket(path_of(dialogue), headers_of(dialogue)) as (socket, is_open):
        assert is_open, "the handshake was refused"
        page = Page(socket)
        assert (await page.next())["type"] == "snapshot"
        yield page


def headers_of(dialogue: Dialogue) -> dict[str, str]:
    """Return the headers that the participant's browser sends."""
    return {"host": HOST, "origin": f"http://{HOST}", "cookie": cookie_of(dialogue.persona.participant)}


def path_of(dialogue: Dialogue) -> str:
    return f"/s/{dialogue.study.slug}/socket/{dialogue.token}/"
