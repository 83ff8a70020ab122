"""Connections to a server: hung up when nobody reads on, closed with the model, and opened in each event loop."""

import asyncio
from contextlib import aclosing

from dialogue.backends.base import BackendError, Sampling
from dialogue.backends.openai import OpenAIModel
from tests.dialogue.backends.asking import ASK, model_at, spec_at, until
from tests.dialogue.backends.servers import chat_server
from tests.services.binaries import free_port


async def test_closing_a_stream_hangs_up() -> None:
    async with chat_server(pause=0.05) as server:
        stream = model_at(server).stream(ASK, Sampling())
        async with aclosing(stream):
            assert await anext(stream) == "Bears"
        await until(lambda: server.under_way == 0)
        assert server.disconnects == 1


async def test_cancelling_a_reply_hangs_up() -> None:
    async with chat_server(pause=0.05) as server:
        asking = asyncio.create_task(model_at(server).reply(ASK, Sampling()))
        await until(lambda: server.under_way == 1)
        asking.cancel()
        await until(lambda: server.under_way == 0)
        assert server.disconnects == 1


async def test_closing_the_model_ends_the_replies_under_way_and_waiting() -> None:
    async with chat_server(pause=600) as server:
        model = model_at(server, requests=1)
        asking = [asyncio.create_task(model.reply(ASK, Sampling())) for _ in range(2)]
        await until(lambda: server.under_way == 1)
        await model.close()
        ends = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), timeout=60)
        server.pause = 0
    assert [type(end) for end in ends] == [BackendError, BackendError]
    assert all("has been closed" in str(end) for end in ends)


def test_one_model_serves_one_event_loop_after_another() -> None:
    port = free_port()
    model = OpenAIModel(spec_at(f"http://127.0.0.1:{port}/v1", requests=1))

    async def ask_thrice() -> list[str]:
        async with chat_server(port, answer="Yes."):
            replies = await asyncio.gather(*(model.reply(ASK, Sampling()) for _ in range(3)))
        return [reply.text for reply in replies]

    assert [asyncio.run(ask_thrice()) for _ in range(2)] == [["Yes."] * 3] * 2
