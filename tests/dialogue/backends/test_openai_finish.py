"""Answers without a finish reason: whole where a server never gives one, and otherwise cut off."""

import asyncio

import pytest

from dialogue.backends.base import BackendError, Sampling
from tests.dialogue.backends.asking import ASK, model_at, until
from tests.dialogue.backends.servers import chat_server


async def test_an_answer_without_a_finish_reason_was_cut_off_where_the_server_gives_one_to_whole_answers() -> None:
    async with chat_server(answer="A large animal.") as server:
        model = model_at(server)
        server.finish = None
        assert (await model.reply(ASK, Sampling())).text == "A large animal."
        server.finish = "stop"
        await model.reply(ASK, Sampling())
        server.finish = None
        with pytest.raises(BackendError, match=r"ended its answer without a finish_reason.*`requests = 1`"):
            await model.reply(ASK, Sampling())


async def test_answers_without_a_finish_reason_are_whole_beside_each_other_where_one_alone_has_none_either() -> None:
    async with chat_server(answer="A large animal.", finish=None) as server:
        model = model_at(server)
        first = await model.reply(ASK, Sampling())
        server.held_at = 1
        asking = [asyncio.create_task(model.reply(ASK, Sampling())) for _ in range(2)]
        await until(lambda: server.under_way == 2)
        server.goes_on.set()
        assert [reply.text for reply in await asyncio.gather(*asking)] == [first.text] * 2


async def test_an_answer_without_a_finish_reason_beside_another_may_have_been_cut_off_by_it() -> None:
    async with chat_server(finish=None, held_at=1) as server:
        asking = [asyncio.create_task(model_at(server).reply(ASK, Sampling())) for _ in range(2)]
        await until(lambda: server.under_way == 2)
        server.goes_on.set()
        assert len(await asyncio.gather(*asking)) == 2
        model = model_at(server)
        server.goes_on.clear()
        asking = [asyncio.create_task(model.reply(ASK, Sampling())) for _ in range(2)]
        await until(lambda: server.under_way == 2)
        server.goes_on.set()
        ends = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(end) for end in ends] == [BackendError, BackendError]
    assert all("set `requests = 1` for 'api'" in str(end) for end in ends)
