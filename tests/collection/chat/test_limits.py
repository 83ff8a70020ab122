"""Floods: a page that sends too much is disconnected, and no one else is delayed."""

import json

from collection.chat.connections import BURST, FRAMES_A_SECOND, MOST_SOCKETS, FrameLimit, connections
from collection.chat.database import in_database
from collection.chat.protocol import TOO_FAST
from studies.models import Dialogue
from tests.collection.chat.pages import headers_of, open_page, open_socket, path_of


class Clock:
    """A clock that stands still, or advances by ``step`` at each reading."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self._step = step

    def __call__(self) -> float:
        self.now += self._step
        return self.now


def test_a_person_is_too_fast_after_a_burst_and_alone() -> None:
    limit = FrameLimit(Clock())
    assert [limit.is_too_fast(1) for _ in range(BURST + 1)] == [False] * BURST + [True]
    assert not limit.is_too_fast(2)


def test_a_person_who_slows_down_may_go_on() -> None:
    clock = Clock()
    limit = FrameLimit(clock)
    assert any(limit.is_too_fast(1) for _ in range(BURST + 1))
    clock.now += 3 / FRAMES_A_SECOND + 0.001
    assert [limit.is_too_fast(1) for _ in range(4)] == [False] * 3 + [True]


async def test_a_page_that_floods_the_server_with_drafts_is_hung_up_on(chat: Dialogue) -> None:
    connections().limit = FrameLimit(Clock(0.2 / FRAMES_A_SECOND))  # however long the server takes for a draft
    headers = await in_database(headers_of, chat)
    async with open_socket(await in_database(path_of, chat), headers) as (socket, _):
        assert (await socket.receive())["type"] == "websocket.send"
        for number in range(2 * BURST):
            await socket.send(text=json.dumps({"type": "draft", "text": f"Draft {number}"}))
        while (told := await socket.receive())["type"] == "websocket.send":
            assert "kept" in told["text"]
        assert told == {"type": "websocket.close", "code": TOO_FAST}
    await in_database(chat.refresh_from_db)
    kept = int(chat.draft.removeprefix("Draft "))
    assert kept < 1.5 * BURST, "what came after was not even looked at"


async def test_one_person_cannot_open_any_number_of_sockets(chat: Dialogue) -> None:
    path, headers = await in_database(path_of, chat), await in_database(headers_of, chat)
    pages = [open_page(chat) for _ in range(MOST_SOCKETS)]
    for page in pages:
        await page.__aenter__()
    async with open_socket(path, headers) as (_, is_open):
        assert not is_open
    await pages.pop().__aexit__(None, None, None)
    async with open_socket(path, headers) as (_, is_open):
        assert is_open, "a page that has gone makes room"
    for page in pages:
        await page.__aexit__(None, None, None)
