"""Temporary outages of database and channel layer, such as a restart, a full disk or a lock, lose nothing."""

import asyncio
import resource
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from redis import Redis

from collection.chat import messages
from tests.collection.chat.pages import write_models
from tests.collection.chat.serving import Chat, RemotePage, Server
from tests.installation import Installation
from tests.services import postgresql, redis

pytestmark = pytest.mark.waits

REPLY = " ".join(f"word{number}" for number in range(20))
"""Two seconds long."""


def write_chatbot(folder: Path) -> Path:
    return write_models(folder, replies=[REPLY, REPLY], pause=0.1)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Chat:
    """Return a dialogue on SQLite, which every test copies."""
    folder = tmp_path_factory.mktemp("begun")
    return Chat.begin(Installation(folder / "var"), write_chatbot(folder))


@pytest.fixture
def chat(begun: Chat, tmp_path: Path) -> Chat:
    return begun.copy(tmp_path / "var")


@pytest.fixture
def database(postgresql_server: postgresql.Server) -> Iterator[postgresql.Server]:
    """Yield a server that the test may stop; restart it at the end."""
    yield postgresql_server
    if not postgresql_server.processes:
        postgresql_server.start()


@pytest.fixture
def remote_chat(installation: Installation, database: postgresql.Server) -> Chat:
    """Return a dialogue on PostgreSQL."""
    installation.settings["DATABASE_URL"] = database.create_database()
    return Chat.begin(installation, write_chatbot(installation.var_dir.parent))


def stored(chat: Chat) -> list[tuple[str, str]]:
    """Return the state and response of each turn on PostgreSQL."""
    with psycopg.connect(chat.installation.settings["DATABASE_URL"]) as connection:
        return connection.execute("SELECT state, response FROM collection_turn ORDER BY position").fetchall()


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Let no file of the server grow, as on a full disk."""
    process = psutil.Process(server.process.pid)
    before = process.rlimit(resource.RLIMIT_FSIZE)
    process.rlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    process.rlimit(resource.RLIMIT_FSIZE, before)


async def hear_out(page: RemotePage) -> None:
    """Wait until the page shows the whole reply and knows that it is complete."""
    assert (await page.wait_for("done"))["state"] == "complete"
    assert page.text == REPLY


@pytest.mark.postgresql
async def test_a_reply_that_ends_while_postgresql_restarts_is_saved_when_it_is_back(
    remote_chat: Chat, database: postgresql.Server
) -> None:
    with remote_chat.serve() as server:
        async with server.open_page() as page:
            await page.say("Count.")
            await page.read(30)
            await asyncio.to_thread(database.stop)
            await page.wait_for("saving")
            assert page.text == REPLY, "the chatbot goes on speaking"
            await page.say("And on.", "key-00002")
            assert (await page.answer_to("key-00002"))["message"] == messages.NOT_STORED
            await page.send(type="draft", text="And on")
            assert (await page.wait_for("refused"))["message"] == messages.LATER
            await asyncio.to_thread(database.start)
            await hear_out(page)
            page.text = ""
            await page.say("And on.", "key-00002")
            assert (await page.answer_to("key-00002"))["type"] == "turn"
            await hear_out(page)
    assert stored(remote_chat) == [("complete", REPLY)] * 2
    assert "Traceback" not in remote_chat.installation.log


async def test_a_reply_that_ends_while_sqlite_is_locked_is_saved_afterwards(chat: Chat) -> None:
    with chat.serve() as server:
        async with server.open_page() as page:
            await page.say("Count.")
            await page.read(30)
            with chat.installation.locked():
                await page.wait_for("saving")
            await hear_out(page)
    assert chat.installation.query("SELECT state, response FROM collection_turn") == [("complete", REPLY)]


async def test_a_reply_that_ends_while_the_disk_is_full_is_saved_when_there_is_room(chat: Chat) -> None:
    with chat.serve() as server:
        async with server.open_page() as page:
            await page.say("Count.")
            await page.read(30)
            with full_disk(server):
                await page.wait_for("saving")
                await page.say("And on.", "key-00002")
                assert (await page.answer_to("key-00002"))["message"] == messages.NOT_STORED
            await hear_out(page)
    assert chat.installation.query("SELECT state, response FROM collection_turn") == [("complete", REPLY)]


@pytest.mark.postgresql
@pytest.mark.parametrize("is_back", [True, False])
async def test_a_server_that_is_asked_to_stop_waits_a_little_for_its_database(
    remote_chat: Chat, database: postgresql.Server, is_back: bool
) -> None:
    with remote_chat.serve() as server:
        async with server.open_page() as page:
            await page.say("Count.")
            await page.read(30)
            await asyncio.to_thread(database.stop)
            await page.wait_for("saving")
            server.process.send_signal(signal.SIGTERM)
            if is_back:
                await asyncio.to_thread(database.start)
            assert await asyncio.to_thread(server.process.wait, 60) in (0, -signal.SIGTERM)
    if is_back:
        assert stored(remote_chat) == [("complete", REPLY)]
    assert ("The ends of replies are lost" in remote_chat.installation.log) is not is_back


@pytest.mark.redis
@pytest.mark.postgresql
async def test_every_page_goes_on_after_redis_and_postgresql_were_away_together(
    remote_chat: Chat, database: postgresql.Server
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        address = first.enter_context(redis.serve())
        remote_chat.installation.settings["CHANNEL_LAYER_URL"] = address
        servers = [stack.enter_context(remote_chat.serve()) for _ in range(2)]
        async with AsyncExitStack() as pages:
            open_pages = [await pages.enter_async_context(server.open_page()) for server in servers * 3]
            await open_pages[0].say("Count.")
            for page in open_pages:
                await page.read(30)
            await asyncio.to_thread(database.stop)
            await asyncio.to_thread(first.close)
            await asyncio.sleep(3)  # the reply ends
            await asyncio.to_thread(stack.enter_context, redis.serve(urlsplit(address).port))
            await asyncio.to_thread(database.start)
            for page in open_pages:
                await is_over(page)
                page.text = ""
            await open_pages[1].say("And on.", "key-00002")
            for page in open_pages:
                await hear_out(page)
    assert stored(remote_chat) == [("complete", REPLY)] * 2


async def is_over(page: RemotePage) -> None:
    """Return whether the page has received the end, or knows that the reply is settled and can be fetched."""
    frame = await page.wait_for("done", "snapshot")
    while frame["type"] == "snapshot" and frame["generation"]:
        frame = await page.wait_for("done", "snapshot")
    assert frame.get("state", "complete") == "complete"


@pytest.mark.redis
async def test_pages_hear_of_the_end_although_redis_does_not_answer(chat: Chat, redis_url: str) -> None:
    chat.installation.settings["CHANNEL_LAYER_URL"] = redis_url
    with chat.serve() as one, chat.serve() as other, Redis.from_url(redis_url) as administrator:
        async with one.open_page() as page, other.open_page() as elsewhere:
            await page.say("Count.")
            await page.read(30)
            administrator.client_pause(60_000)
            await is_over(page)
            await is_over(elsewhere)
    assert chat.installation.query("SELECT state, response FROM collection_turn") == [("complete", REPLY)]
