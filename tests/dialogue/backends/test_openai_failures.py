"""Failed requests to a server: which are repeated, and what the error says."""

from time import perf_counter

import pytest

from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured, Sampling
from dialogue.backends.openai import OpenAIModel
from tests.dialogue.backends.asking import ASK, model_at, spec_at
from tests.dialogue.backends.servers import Failure, chat_server
from tests.services.binaries import free_port

AT_ONCE = {"retry-after-ms": "1"}


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


async def test_a_server_that_is_not_there_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(BackendError, match=f"{url} cannot be reached"):
        await OpenAIModel(spec_at(url), retries=0).reply(ASK, Sampling())
