"""Waiting for a busy chatbot."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from pytest_django import Settings

from collection.chat.chatbots import Queue
from collection.chat.database import in_database
from collection.participation.goals import begin_goal
from studies.models import Dialogue
from tests.collection.chat.pages import REPLIES, make_chat, open_page, write_models
from tests.collection.factories import enrol_participant
from tests.dialogue.backends.servers import ChatServer


class Guest:
    """A person in the queue: the positions that they received, and whether it is their turn."""

    def __init__(self, line: Queue) -> None:
        self.places: list[int] = []
        self.is_served = False
        self._leaves = asyncio.Event()
        self.task = asyncio.create_task(self._wait(line))

    async def _wait(self, line: Queue) -> None:
        async with line.slot(self.places.append):
            self.is_served = True
            await self._leaves.wait()

    async def leave(self) -> None:
        self._leaves.set()
        await self.task

    async def give_up(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


async def queue(count: int, capacity: int | None = 1) -> list[Guest]:
    line = Queue(capacity)
    guests = [Guest(line) for _ in range(count)]
    await settle()
    return guests


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_first_come_first_served_and_everybody_hears_their_place() -> None:
    first, second, third = await queue(3)
    assert [guest.is_served for guest in (first, second, third)] == [True, False, False]
    await first.leave()
    await settle()
    assert (second.is_served, third.is_served) == (True, False)
    assert (first.places, second.places, third.places) == ([], [0], [1, 0])
    await second.leave()
    await third.leave()


@pytest.mark.parametrize(("capacity", "served"), [(2, 2), (None, 5)])
async def test_as_many_are_served_as_there_is_capacity(capacity: int | None, served: int) -> None:
    guests = await queue(5, capacity)
    assert sum(guest.is_served for guest in guests) == served
    for guest in guests:
        await guest.leave()


async def test_a_request_that_stops_waiting_makes_room_for_the_next() -> None:
    first, second, third = await queue(3)
    await second.give_up()
    await settle()
    assert third.places == [1, 0]
    await first.leave()
    await third.leave()


async def test_who_is_cut_off_while_being_served_makes_room() -> None:
    first, second = await queue(2)
    await first.give_up()
    await settle()
    assert second.is_served
    await second.leave()


async def test_who_gives_up_just_when_called_lets_the_next_one_in() -> None:
    first, second, third = await queue(3)
    first._leaves.set()
    await asyncio.sleep(0)
    await second.give_up()
    await settle()
    assert third.is_served
    await third.leave()


async def test_after_all_have_left_there_is_room_again() -> None:
    line = Queue(1)
    for _ in range(3):
        guest = Guest(line)
        await settle()
        assert guest.is_served
        await guest.leave()


@pytest_asyncio.fixture
async def busy(api: ChatServer, settings: Settings, tmp_path: Path, transactional_db: None) -> list[Dialogue]:
    """Return three dialogues with a chatbot that answers one at a time and pauses after a word until the test continues it."""
    api.held_at = 1
    server = {"backend": "openai", "model": "m", "base_url": api.url, "requests": 1}
    settings.MODELS_FILE = write_models(tmp_path, replies=[], **server)
    return await in_database(begin_three)


def begin_three() -> list[Dialogue]:
    chats = [make_chat()]
    for _ in range(2):
        dialogue = begin_goal(enrol_participant(chats[0].study))
        assert dialogue is not None
        chats.append(dialogue)
    return chats


async def test_people_see_their_place_and_are_answered_in_turn(api: ChatServer, busy: list[Dialogue]) -> None:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(open_page(dialogue)) for dialogue in busy]
        for page in pages:
            await page.say("What is a bear?")
            await page.wait_for("turn")
        await pages[2].wait_for("queued", place=1)
        async with open_page(busy[2]) as again:
            shown = again.seen[0]["generation"]
            assert (shown["state"], shown["text"]) == ("queued", "")
        api.goes_on.set()
        await pages[2].wait_for("queued", place=0)
        for page in pages:
            await page.wait_for("done", state="complete")
            assert page.text == REPLIES[0]


async def test_stopping_frees_the_place_for_the_next(api: ChatServer, busy: list[Dialogue]) -> None:
    async with open_page(busy[0]) as first, open_page(busy[1]) as second:
        await first.say("What is a bear?")
        await first.wait_for("piece")
        await second.say("What is a bear?")
        await second.wait_for("queued", place=0)
        await first.send(type="stop")
        await first.wait_for("done", state="stopped")
        api.goes_on.set()
        await second.wait_for("done", state="complete")


async def test_who_waits_can_stop_too(api: ChatServer, busy: list[Dialogue]) -> None:
    async with open_page(busy[0]) as first, open_page(busy[1]) as second:
        await first.say("What is a bear?")
        await first.wait_for("piece")
        await second.say("What is a bear?")
        await second.wait_for("queued")
        await second.send(type="stop")
        assert (await second.wait_for("done"))["state"] == "stopped"
        api.goes_on.set()
        await first.wait_for("done", state="complete")
    assert await in_database(busy[1].outputs.count) == 0
