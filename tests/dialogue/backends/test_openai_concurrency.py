"""How many requests reach a server at once, and which ones are repeated."""

import asyncio
import json
import re
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

import pytest

from dialogue.backends.base import BackendError, Reply, Sampling
from dialogue.backends.openai import OpenAIModel
from dialogue.backends.openai.limit import FIRST
from dialogue.backends.openai.repeats import Advice, read_advice
from tests.dialogue.backends.asking import ASK, model_at, spec_at, until
from tests.dialogue.backends.servers import Failure, chat_server

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAUSE = Failure(429, "rate_limit_exceeded", headers={"Retry-After": "1"})
LONG_PAUSE = Failure(429, "rate_limit_exceeded", headers={"Retry-After": "600"})


def ask(model: OpenAIModel, count: int) -> list[asyncio.Task[Reply]]:
    return [asyncio.create_task(model.reply(ASK, Sampling())) for _ in range(count)]


async def test_no_more_requests_are_under_way_than_allowed() -> None:
    async with chat_server(pause=0.005) as server:
        model = model_at(server, requests=2)
        replies = await asyncio.gather(*(model.reply(ASK, Sampling()) for _ in range(6)))
    assert len({reply.text for reply in replies}) == 1
    assert server.most_under_way == 2


async def test_a_server_that_has_begun_all_its_answers_gets_more_requests_up_to_the_setting() -> None:
    async with chat_server(answer="Yes indeed.", held_at=1) as server:
        asking = ask(model_at(server, requests=30), 40)
        await until(lambda: server.answering == FIRST)
        await until(lambda: server.answering == 30)
        server.goes_on.set()
        assert {reply.text for reply in await asyncio.gather(*asking)} == {"Yes indeed."}
    assert server.most_under_way == 30


async def test_requests_that_a_crowded_server_refuses_are_answered_later() -> None:
    async with chat_server(answer="Yes indeed.", pause=0.05, allowed=12) as server:
        replies = await asyncio.gather(*ask(model_at(server), 60))
    assert {reply.text for reply in replies} == {"Yes indeed."}
    assert FIRST - 12 <= len(server.requests) - 60 < 60


async def refused_once(model: OpenAIModel) -> asyncio.Task[Reply]:
    """Send a request that the server refuses, and return its task once the model knows."""
    [asking] = ask(model, 1)
    while not any(line.gate.limit.pause for line in model._lines.values()):  # noqa: ASYNC110  counts single steps
        await asyncio.sleep(0)
    return asking


async def test_nobody_asks_a_server_during_the_pause_that_it_wants() -> None:
    async with chat_server(answer="Yes.", failures=[PAUSE]) as server:
        model = model_at(server)
        refused = await refused_once(model)
        replies = await asyncio.gather(refused, *ask(model, 10))
    assert [reply.text for reply in replies] == ["Yes."] * 11
    assert all(arrival - server.arrivals[0] >= 0.99 for arrival in server.arrivals[1:])
    assert len(server.arrivals) == 12


async def test_a_pause_that_is_too_long_to_wait_for_is_said_at_once_and_nobody_asks() -> None:
    async with chat_server(failures=[LONG_PAUSE]) as server:
        model = model_at(server, requests=1)
        ends = await asyncio.gather(*ask(model, 3), return_exceptions=True)
        assert all("limits the rate or the quota" in str(end) for end in ends)
        with pytest.raises(BackendError, match=r"allows no request for another 10 min.*Lower `requests` of 'api'"):
            await model.reply(ASK, Sampling())
    assert len(server.requests) == 1


@pytest.mark.parametrize("steps", range(6))
async def test_closing_the_model_during_a_pause_ends_the_waiting(steps: int) -> None:
    """However many steps the refused request has taken on its way back to the queue."""
    async with chat_server(failures=[Failure(429, headers={"Retry-After": "100"})]) as server:
        model = model_at(server)
        asking = [await refused_once(model), *ask(model, 2)]
        for _ in range(steps):
            await asyncio.sleep(0)
        before = monotonic()
        await model.close()
        ends = await asyncio.gather(*asking, return_exceptions=True)
    assert all("has been closed" in str(end) for end in ends)
    assert monotonic() - before < 60


@pytest.mark.parametrize(
    ("status", "headers", "advice"),
    [
        (429, {}, Advice(may_repeat=True)),
        (503, {"retry-after": "7"}, Advice(may_repeat=True, pause=7)),
        (429, {"retry-after": "0.5"}, Advice(may_repeat=True, pause=0.5)),
        (429, {"retry-after-ms": "250", "retry-after": "1"}, Advice(may_repeat=True, pause=0.25)),
        (429, {"retry-after": "Thu, 01 Jan 2026 12:00:30 GMT"}, Advice(may_repeat=True, pause=30)),
        (429, {"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, Advice(may_repeat=True)),
        (429, {"retry-after": "121"}, Advice(may_repeat=False, pause=121)),
        (429, {"retry-after": "1e9"}, Advice(may_repeat=False, pause=3600)),
        (429, {"retry-after": "inf"}, Advice(may_repeat=False, pause=3600)),
        (429, {"retry-after": "soon"}, Advice(may_repeat=True)),
        (429, {"retry-after": "nan"}, Advice(may_repeat=True)),
        (429, {"retry-after": "-5"}, Advice(may_repeat=True)),
        (429, {"x-should-retry": "false"}, Advice(may_repeat=False)),
        (400, {"x-should-retry": "true"}, Advice(may_repeat=True)),
        (408, {}, Advice(may_repeat=True)),
        (500, {}, Advice(may_repeat=True)),
        (400, {}, Advice(may_repeat=False)),
        (401, {}, Advice(may_repeat=False)),
    ],
)
def test_a_response_says_whether_and_when_to_ask_again(status: int, headers: dict[str, str], advice: Advice) -> None:
    assert read_advice(status, headers, NOON) == advice


async def answer_all(reader: StreamReader, writer: StreamWriter) -> None:
    """Answer the requests on a connection, in chunks, and leave it open."""
    chunk = {"choices": [{"index": 0, "delta": {"content": "Yes."}, "finish_reason": "stop"}]}
    piece = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"
    with suppress(IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            [length] = re.findall(rb"content-length: (\d+)", head.lower())
            await reader.readexactly(int(length))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            writer.write(f"{len(piece):x}\r\n{piece}\r\n0\r\n\r\n".encode())
    writer.close()


async def test_one_connection_serves_one_request_after_another() -> None:
    connections = 0

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await answer_all(reader, writer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        model = OpenAIModel(spec_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"))
        assert [(await model.reply(ASK, Sampling())).text for _ in range(3)] == ["Yes."] * 3
        await model.close()
    assert connections == 1
