"""Models behind an API, requested over HTTP from the test's server: what is sent, and what is read of an answer."""

from typing import Any

import pytest

from dialogue.backends.base import ModelMisconfigured, Sampling
from dialogue.backends.openai import load
from dialogue.backends.openai.wire import completion_request
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.asking import ASK, model_at, spec_at
from tests.dialogue.backends.servers import Failure, chat_server


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
