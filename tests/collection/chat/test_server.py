"""Replies over real servers: they do not depend on pages, and pages learn of the end of a server."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from collection.chat import endings, generations
from collection.chat.connections import LOOK
from collection.chat.protocol import FRAME_LIMIT
from tests.collection.chat.pages import write_models
from tests.collection.chat.serving import Chat, RemotePage, Server
from tests.installation import Installation
from tests.services import redis
from tests.services.binaries import wait_until

pytestmark = pytest.mark.waits

WORDS = [f"word{number}" for number in range(60)]
REPLY = " ".join(WORDS)
"""Six seconds long."""
SLACK = 8.0
"""Seconds that a busy machine may take for what takes none."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Chat:
    """Return a dialogue that every test copies, because creating the tables takes longer than most tests."""
    folder = tmp_path_factory.mktemp("begun")
    return Chat.begin(Installation(folder / "var"), write_models(folder, replies=[REPLY, REPLY], pause=0.1))


@pytest.fixture
def chat(begun: Chat, tmp_path: Path) -> Chat:
    return begun.copy(tmp_path / "var")


@pytest.fixture
def server(chat: Chat) -> Iterator[Server]:
    with chat.serve() as server:
        yield server


def states(chat: Chat) -> list[tuple[str, int, str]]:
    rows = chat.installation.query("SELECT state, attempt, text FROM collection_generation ORDER BY attempt")
    return [(state, attempt, text) for state, attempt, text in rows]


def text_of(chat: Chat) -> str:
    """Return how much of the reply is stored."""
    return states(chat)[0][2]


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait without blocking the event loop."""
    await asyncio.to_thread(wait_until, condition, what=what)


async def more_is_stored(chat: Chat) -> None:
    before = len(text_of(chat))
    await until(lambda: len(text_of(chat)) > before, "nothing more was stored")


async def test_a_reply_goes_on_while_nobody_is_connected_and_a_new_page_follows_it(server: Server) -> None:
    async with server.open_page() as page:
        await page.say("Count.")
        await page.read(20)
    await until(lambda: len(text_of(server.chat)) > len(page.text) + 50, "the reply does not go on")
    async with server.open_page() as again:
        assert len(again.text) > len(page.text) + 50
        assert REPLY.startswith(again.text)
        assert (await again.wait_for("done"))["state"] == "complete"
        assert again.text == REPLY
    assert states(server.chat) == [("complete", 0, REPLY)]
    assert "Traceback" not in server.chat.installation.log


async def test_a_reply_is_stored_as_it_comes(server: Server) -> None:
    async with server.open_page() as page:
        await page.say("Count.")
        assert (await page.wait_for("turn"))["position"] == 0
        assert server.chat.installation.query("SELECT utterance, state FROM collection_turn") == [("Count.", "pending")]
        for _ in range(3):
            await more_is_stored(server.chat)
            assert states(server.chat)[0][0] == "streaming", "it was stored at its end alone"


async def test_after_kill_9_the_reply_is_interrupted_when_its_lease_is_over_and_can_be_retried(chat: Chat) -> None:
    with chat.serve() as killed, chat.serve() as server:  # one that starts only now may take as long as the lease
        async with killed.open_page() as page:
            await page.say("Count.")
            await page.read(50)
            await until(lambda: len(text_of(chat)) > 50, "the reply is not stored")
            killed.process.send_signal(signal.SIGKILL)
            died = monotonic()
            with pytest.raises(ConnectionClosed):
                await page.wait_for("done")
        async with server.open_page() as again:
            shown = again.snapshot["generation"]
            assert shown["state"] == "streaming", "the lease is not over yet"
            assert REPLY.startswith(shown["text"])
            assert len(shown["text"]) > 50, "what was stored every second is there"
            news = (await again.wait_for("snapshot"))["generation"]
            assert (news["state"], news["message"], news["text"]) == ("interrupted", generations.DIED, shown["text"])
            assert monotonic() - died < generations.LEASE.total_seconds() + LOOK + SLACK
            await again.send(type="retry")
            assert (await again.wait_for("done"))["state"] == "complete"
            assert again.text == REPLY
    assert [(state, attempt) for state, attempt, _ in states(chat)] == [("interrupted", 0), ("complete", 1)]


async def test_a_server_that_is_asked_to_stop_marks_its_replies_at_once(chat: Chat) -> None:
    with chat.serve() as server:
        async with server.open_page() as page:
            await page.say("Count.")
            await page.read(50)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(60) in (0, -signal.SIGTERM)
    [(state, _, text)] = states(chat)
    assert (state, text[:50]) == ("interrupted", REPLY[:50])
    assert chat.installation.query("SELECT message FROM collection_generation") == [(endings.RESTARTED,)]
    assert "Traceback" not in chat.installation.log


async def test_stop_from_another_page_ends_the_reply(server: Server) -> None:
    async with server.open_page() as page, server.open_page() as other:
        await page.say("Count.")
        await page.read(30)
        await other.send(type="stop")
        assert (await page.wait_for("done"))["state"] == "stopped"
        assert server.chat.installation.query("SELECT response FROM collection_turn") == [(page.text.strip(),)]


async def test_stop_reaches_a_reply_that_another_process_makes_before_its_end(chat: Chat) -> None:
    """Without Redis, the database alone must carry the reply."""
    with chat.serve() as making, chat.serve() as other:
        async with making.open_page() as page, other.open_page() as elsewhere:
            await page.say("Count.")
            await page.read(30)
            await elsewhere.send(type="stop")
            assert (await page.wait_for("done"))["state"] == "stopped"
            await until(lambda: states(chat)[0][0] == "stopped", "the reply goes on")
            assert (await elsewhere.wait_for("snapshot"))["turns"] == 1


async def test_a_handshake_from_another_site_or_person_fails(server: Server) -> None:
    elsewhere, forged, empty = {"origin": "https://elsewhere.example"}, "participant=forged", "participant="
    for headers in (elsewhere, {"cookie": forged}, {"cookie": empty}):
        with pytest.raises(InvalidStatus) as refused:
            await server.connect(**headers)
        assert refused.value.response.status_code == 403, headers
    assert "Traceback" not in server.chat.installation.log


async def test_an_oversized_frame_closes_the_socket_and_nothing_else(server: Server) -> None:
    async with server.open_page() as page, server.open_page() as other:
        with pytest.raises(ConnectionClosed) as closed:
            await page.say("x" * (FRAME_LIMIT + 1))
            await page.wait_for("refused")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        await other.send(type="resume")
        assert (await other.wait_for("snapshot"))["turns"] == 0


async def test_the_largest_message_fits_a_frame_however_it_is_written(server: Server) -> None:
    async with server.open_page() as page:
        await page.say("\U0001f43b" * 4000 + "\n" * 4000)
        assert (await page.wait_for("turn", "refused"))["type"] == "turn"


@pytest.mark.redis
async def test_with_redis_pages_at_another_process_see_every_piece(chat: Chat, redis_url: str) -> None:
    chat.installation.settings["CHANNEL_LAYER_URL"] = redis_url
    with chat.serve() as making, chat.serve() as other:
        async with making.open_page() as page, other.open_page() as elsewhere:
            await page.say("Count.")
            assert (await elsewhere.wait_for("turn"))["key"] == "key-00001"
            await page.read(60)
            async with other.open_page() as later:
                for one in (page, elsewhere, later):
                    assert (await one.wait_for("done"))["state"] == "complete"
                    assert one.text == REPLY
    assert "Traceback" not in chat.installation.log


@pytest.mark.redis
async def test_a_reply_is_generated_and_stored_even_if_its_pages_cannot_be_updated(chat: Chat) -> None:
    with ExitStack() as stack:
        redis_stack = stack.enter_context(ExitStack())
        chat.installation.settings["CHANNEL_LAYER_URL"] = redis_stack.enter_context(redis.serve())
        server = stack.enter_context(chat.serve())
        async with server.connect() as connection:
            page = RemotePage(connection)
            await page.say("Count.")
            await page.read(30)
            redis_stack.close()
            await until(lambda: states(chat)[0][0] == "complete", "the reply is not made")
    assert states(chat) == [("complete", 0, REPLY)]
    assert "cannot be sent to its pages" in chat.installation.log


@pytest.mark.postgresql
async def test_two_processes_on_postgresql_store_one_of_two_messages_at_once(
    installation: Installation, postgresql_url: str
) -> None:
    """The database decides between processes that do not know of each other."""
    installation.settings["DATABASE_URL"] = postgresql_url
    chat = Chat.begin(installation, write_models(installation.var_dir.parent, replies=[REPLY], pause=0.1))
    with chat.serve() as one, chat.serve() as other:
        async with one.open_page() as page, other.open_page() as elsewhere:
            await asyncio.gather(page.say("Count.", "key-first"), elsewhere.say("Count!", "key-other"))
            answers = [await page.answer_to("key-first"), await elsewhere.answer_to("key-other")]
            assert sorted(answer["type"] for answer in answers) == ["refused", "turn"]
            taken = next(answer["key"] for answer in answers if answer["type"] == "turn")
            winner = page if taken == "key-first" else elsewhere
            assert (await winner.wait_for("done"))["state"] == "complete"
            assert winner.text == REPLY
    stored = "from studies.models import Turn; print(Turn.objects.get().key)"
    assert installation.evaluate(stored) == taken
    assert "Traceback" not in installation.log


@pytest.mark.postgresql
async def test_a_terminated_database_connection_is_reopened(installation: Installation, postgresql_url: str) -> None:
    installation.settings["DATABASE_URL"] = postgresql_url
    chat = Chat.begin(installation, write_models(installation.var_dir.parent, replies=[REPLY], pause=0.1))
    with chat.serve() as server:
        async with server.open_page() as page:
            await page.say("Count.")
            await page.read(30)
            with psycopg.connect(postgresql_url, autocommit=True) as connection:
                others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                assert connection.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall()
            assert (await page.wait_for("done"))["state"] == "complete"
            assert page.text == REPLY
    assert installation.evaluate("from studies.models import Turn; print(Turn.objects.get().response)") == REPLY
    assert "again: terminating connection" in installation.log
