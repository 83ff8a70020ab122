"""Models behind an API, requested over HTTP from the test's server."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from time import perf_counter
from typing import Any

import pytest

from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured, Sampling
from dialogue.backends.openai import OpenAIModel, examine, load
from dialogue.backends.openai.wire import completion_request
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.servers import ChatServer, Failure, chat_server
from tests.services.binaries import free_port

ASK = [Message("system", "Be brief."), Message("user", "What is a bear?")]
AT_ONCE = {"retry-after-ms": "1"}


def spec_at(url: str | None, **settings: Any) -> ModelSpec:
    return ModelSpec(name="api", backend="openai", model="m", base_url=url, **settings)


def model_at(server: ChatServer, **settings: Any) -> OpenAIModel:
    return OpenAIModel(spec_at(server.url, **settings))


async def test_an_answer_comes_with_the_providers_token_counts() -> None:
    async with chat_server(answer="A large animal.") as server:
        reply = await model_at(server).reply(ASK, Sampling())
    assert (reply.text, reply.stop_reason) == ("A large animal.", "stop")
    assert (reply.prompt_tokens, reply.completion_tokens) == (11, 3)


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 8}}, (11, 3, 8)),
        ({"prompt_tokens_details": {"cached_tokens": 0}}, (11, 3, None)),
        ({"prompt_cache_hit_tokens": 8}, (11, 3, 8)),
        ({"completion_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 14}, (11, 3, None)),
        ({"completion_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 34}, (11, 23, None)),
    ],
)
async def test_counts_include_thoughts_and_say_what_was_cached(
    usage: dict[str, Any], counts: tuple[int, int, int | None]
) -> None:
    async with chat_server(answer="A large animal.", usage=usage) as server:
        reply = await model_at(server).reply(ASK, Sampling())
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens) == counts


async def test_a_server_that_refuses_to_count_is_asked_again_without_that_wish() -> None:
    refusal = Failure(400, message="Unrecognized request argument supplied: stream_options")
    async with chat_server(answer="A large animal.", refuses={"stream_options": refusal}) as server:
        model = model_at(server)
        replies = [await model.reply(ASK, Sampling()) for _ in range(2)]
    assert [(reply.prompt_tokens, reply.completion_tokens) for reply in replies] == [(None, None)] * 2
    assert ["stream_options" in request for request in server.requests] == [True, False, False]


async def test_a_compatible_server_receives_all_sampling_settings() -> None:
    sampling = Sampling(temperature=0.7, top_p=0.9, top_k=40, repeat_penalty=1.1, max_tokens=50, seed=7)
    async with chat_server() as server:
        await model_at(server).reply(ASK, sampling)
    asked = server.requests[0]
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is a bear?"},
    ]
    assert (asked["temperature"], asked["top_p"], asked["max_tokens"], asked["seed"]) == (0.7, 0.9, 50, 7)
    assert (asked["top_k"], asked["repeat_penalty"], asked["repetition_penalty"]) == (40, 1.1, 1.1)


async def test_filters_that_are_off_go_unsaid() -> None:
    async with chat_server() as server:
        await model_at(server).reply(ASK, Sampling())
    assert not {"top_k", "repeat_penalty", "repetition_penalty"} & server.requests[0].keys()


@pytest.mark.parametrize("settings", [{"url": None}, {"url": "https://me.example", "api": "azure", "api_version": "v"}])
def test_openai_and_azure_receive_only_settings_that_differ_from_their_defaults(settings: dict[str, Any]) -> None:
    spec = spec_at(**settings)
    plain = completion_request(spec, ASK, Sampling(top_k=40, max_tokens=50))
    assert plain["max_completion_tokens"] == 50
    assert not {"max_tokens", "temperature", "top_p", "extra_body"} & plain.keys()
    assert completion_request(spec, ASK, Sampling(temperature=0.5))["temperature"] == 0.5


async def test_azure_is_asked_at_its_deployment_with_its_own_key_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_KEY", "secret")
    async with chat_server(answer="Yes.", key="secret") as server:
        base = server.url.removesuffix("/v1")
        model = load(spec_at(base, api="azure", api_version="2024-10-21", key_env="AZURE_KEY"))
        assert (await model.reply(ASK, Sampling())).text == "Yes."
    assert server.paths == ["/openai/deployments/m/chat/completions?api-version=2024-10-21"]


@pytest.mark.parametrize("missing", ["base_url", "api_version"])
def test_azure_says_which_setting_it_lacks(missing: str) -> None:
    settings = {"base_url": "https://me.example", "api_version": "2024-10-21"} | {missing: None}
    with pytest.raises(ModelMisconfigured, match=missing):
        load(ModelSpec(name="api", backend="openai", model="m", api="azure", **settings))


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "")
    with pytest.raises(ModelMisconfigured, match="Set the environment variable SOME_KEY"):
        load(spec_at(None, key_env="SOME_KEY"))


async def test_a_rate_limit_is_waited_for_as_long_as_the_server_says() -> None:
    limit = Failure(429, "rate_limit_exceeded", headers={"Retry-After": "1"})
    async with chat_server(answer="At last.", failures=[limit]) as server:
        start = perf_counter()
        reply = await model_at(server).reply(ASK, Sampling())
    assert reply.text == "At last."
    assert perf_counter() - start >= 1
    assert len(server.requests) == 2


@pytest.mark.parametrize("failure", [Failure(500), Failure(503), Failure(hang_up=True)])
async def test_a_passing_trouble_is_not_noticed(failure: Failure) -> None:
    async with chat_server(answer="Here.", failures=[failure]) as server:
        assert (await model_at(server).reply(ASK, Sampling())).text == "Here."


async def test_a_lasting_trouble_is_known_after_a_few_requests() -> None:
    async with chat_server(failures=[Failure(500, headers=AT_ONCE)] * 10) as server:
        with pytest.raises(BackendError):
            await model_at(server).reply(ASK, Sampling())
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("failure", "kind", "sentence"),
    [
        (Failure(401), ModelMisconfigured, "Check `key_env`"),
        (Failure(403), ModelMisconfigured, "Check `key_env`"),
        (Failure(404, "model_not_found"), ModelMisconfigured, "does not know the model 'm'"),
        (Failure(400, "unknown_parameter", "Bad seed."), ModelMisconfigured, "does not accept the settings.*Bad seed"),
        (Failure(400, "content_filter"), ContentRefused, "refuses this content"),
        (Failure(400, "content_policy_violation"), ContentRefused, "refuses this content"),
        (Failure(400, "context_length_exceeded"), ContextFull, "no longer fits"),
        (Failure(400, None, "This model's maximum context length is 10."), ContextFull, "no longer fits"),
        (Failure(429, headers=AT_ONCE), BackendError, "Lower `requests`"),
        (Failure(500, headers=AT_ONCE), BackendError, "Try again later"),
    ],
)
async def test_an_error_says_what_to_do(failure: Failure, kind: type[BackendError], sentence: str) -> None:
    async with chat_server(failures=[failure] * 10) as server:
        with pytest.raises(BackendError, match=sentence) as caught:
            await model_at(server).reply(ASK, Sampling())
    assert caught.type is kind


async def test_a_refused_key_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "wrong")
    async with chat_server(key="right") as server:
        with pytest.raises(ModelMisconfigured, match="Check the environment variable SOME_KEY"):
            await model_at(server, key_env="SOME_KEY").reply(ASK, Sampling())


async def test_an_answer_that_the_filter_stops_is_refused_content() -> None:
    async with chat_server(finish="content_filter") as server:
        with pytest.raises(ContentRefused):
            await model_at(server).reply(ASK, Sampling())


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


async def test_a_server_that_is_not_there_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(BackendError, match=f"{url} cannot be reached"):
        await OpenAIModel(spec_at(url), retries=0).reply(ASK, Sampling())


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


async def test_no_more_requests_are_under_way_than_allowed() -> None:
    async with chat_server(pause=0.005) as server:
        model = model_at(server, requests=2)
        replies = await asyncio.gather(*(model.reply(ASK, Sampling()) for _ in range(6)))
    assert len({reply.text for reply in replies}) == 1
    assert server.most_under_way == 2


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


async def test_a_server_that_answers_is_healthy() -> None:
    async with chat_server() as server:
        health = await asyncio.to_thread(examine, spec_at(server.url))
    assert (health.is_ok, health.sentence, health.memory) == (True, f"{server.url} can be reached.", None)


async def test_a_server_without_a_list_of_models_is_healthy() -> None:
    async with chat_server(failures=[Failure(404)]) as server:
        health = await asyncio.to_thread(examine, spec_at(server.url))
    assert health.is_ok


async def test_a_server_that_knows_neither_models_nor_chats_is_not_healthy() -> None:
    async with chat_server(failures=[Failure(404)] * 2) as server:
        health = await asyncio.to_thread(examine, spec_at(server.url))
    assert not health.is_ok
    assert "Check `model` and `base_url` of 'api'" in health.sentence
    assert server.requests[-1]["messages"] == []


async def test_a_refused_key_is_not_healthy() -> None:
    async with chat_server(key="right") as server:
        health = await asyncio.to_thread(examine, spec_at(server.url))
    assert not health.is_ok
    assert "refuses the key" in health.sentence


def test_a_server_that_is_not_there_is_not_healthy() -> None:
    health = examine(spec_at(f"http://127.0.0.1:{free_port()}/v1"))
    assert not health.is_ok
    assert "cannot be reached" in health.sentence


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the server counts, it does not ring
            await asyncio.sleep(0.01)
