"""Simulated participants and evaluators, from their welcome page on."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from secrets import token_hex
from time import perf_counter

from websockets.asyncio.client import ClientConnection

from benchmarks.chat.people import PATIENCE, TYPING, Heard, Person, enter
from benchmarks.crowd.browsers import Browser

_CHAT = re.compile(r'data-dialogue="([^"]+)"')
_ANSWER = {"choice": "first", "confidence": "confident", "utterance_number": 3}


class TurnedAway(Exception):
    """A participant or an evaluator could not continue."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Messages of each participant, pairs of each evaluator, and the approximate pause before each."""

    messages: int = 3
    pairs: int = 3
    pause: float = 10.0

    async def think(self, draw: Random) -> None:
        await asyncio.sleep(self.pause * draw.uniform(0.5, 1.5))


@dataclass(slots=True)
class Participant:
    """A participant who consents, answers the form, begins the first goal and chats; ``heard`` are the replies."""

    number: int
    browser: Browser
    study: str
    habits: Habits
    person: Person | None = None
    heard: list[Heard] = field(default_factory=list)

    async def take_part(self) -> None:
        draw = Random(self.number)
        welcome = await self.browser.open(f"/s/{self.study}/")
        form = await self.browser.send_form(welcome, f"/s/{self.study}/consent/")
        instruction = await self.browser.send_form(form)
        chat = await self.browser.send_form(instruction)
        found = _CHAT.search(chat.text)
        if found is None:
            raise TurnedAway(f"Participant {self.number} was shown {chat.status_code}: {chat.text[:300]}")
        messages = [f"Message {position} of {self.number}" for position in range(self.habits.messages)]
        self.person = Person(self.study, found[1], self.browser.cookie, messages)
        async with enter(self.browser.any_address(), self.person) as socket:
            for position, message in enumerate(messages):
                await self.habits.think(draw)
                self.heard.append(await _say(socket, position, message))


async def _say(socket: ClientConnection, position: int, message: str) -> Heard:
    """Send one message and wait for the end of its reply; a page may have to fetch its text. Raises TurnedAway."""
    heard = Heard(perf_counter(), is_cut=True)
    await socket.send(json.dumps({"type": "say", "key": token_hex(16), "text": message, "typing": TYPING}))
    while not heard.ended:
        async with asyncio.timeout(PATIENCE):
            frame = json.loads(await socket.recv())
        match frame["type"]:
            case "turn" if frame["position"] == position:
                heard.stored = perf_counter()
            case "done" if frame["position"] == position:
                heard.ended = perf_counter()
            case "snapshot" if frame["turns"] > position and not frame["generation"]:
                heard.ended = perf_counter()
            case "refused" | "moved":
                raise TurnedAway(f"Message {position} was answered with {frame}.")
    heard.stored = heard.stored or heard.ended
    return heard


@dataclass(slots=True)
class Judge:
    """An evaluator who consents and judges an assignment; ``waits`` are the seconds until each answer was stored."""

    number: int
    browser: Browser
    door: str
    habits: Habits
    waits: list[float] = field(default_factory=list)

    async def take_part(self) -> None:
        draw = Random(self.number)
        welcome = await self.browser.open(self.door)
        instruction = await self.browser.send_form(welcome, f"{self.door}consent/")
        page = await self.browser.send_form(instruction)
        for pair in range(self.habits.pairs):
            if 'id="judging"' not in page.text and "utterance_number" not in page.text:
                raise TurnedAway(f"Evaluator {self.number} was shown {page.status_code}: {page.text[:300]}")
            await self.browser.send_json(page, f"{page.url.path}draft/", {"answer": {}, "clocks": {"elapsed": 0.1}})
            await self.habits.think(draw)
            said = {"answer": _ANSWER, "clocks": {"elapsed": self.habits.pause}, "key": f"key-{pair}"}
            told, seconds = await self.browser.send_json(page, f"{page.url.path}submit/", said)
            self.waits.append(seconds)
            page = await self.browser.open(told["next"])


async def arrive(people: Sequence[Participant | Judge], within: float) -> None:
    """Let all people take part; they arrive one after the other, evenly, in ``within`` seconds."""
    await asyncio.gather(*(_arrive(one, within * rank / len(people)) for rank, one in enumerate(people)))


async def _arrive(one: Participant | Judge, delay: float) -> None:
    await asyncio.sleep(delay)
    try:
        await one.take_part()
    finally:
        await one.browser.close()
