"""Settings that a server refuses: left out from then on, and named."""

from typing import Any

import pytest
from pydantic import ValidationError

from dialogue.backends.base import BackendError, ContextFull, ModelMisconfigured, Sampling
from dialogue.backends.openai import OpenAIModel
from dialogue.backends.openai.complaints import complaint_of
from dialogue.backends.openai.settings import refused_setting, settings_for, unsent
from dialogue.backends.openai.wire import completion_request
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.servers import ChatServer, Failure, chat_server

ASK = [Message("user", "What is a bear?")]
WHOLE = Sampling(temperature=0.7, top_p=0.9, top_k=40, repeat_penalty=1.1, max_tokens=50, seed=7)
SENT = ("seed", "temperature", "top_p", "top_k", "repeat_penalty", "repetition_penalty", "max_tokens", "stream_options")


def spec_at(url: str | None, **settings: Any) -> ModelSpec:
    return ModelSpec(name="api", backend="openai", model="m", base_url=url, **settings)


def forbidden(name: str) -> Failure:
    """Return the error of servers built on pydantic for unknown settings."""
    detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted", "input": 7}]
    return Failure(422, body={"detail": detail})


def refused(*names: str) -> dict[str, Failure]:
    return {name: forbidden(name) for name in names}


async def ask_twice(server: ChatServer, **settings: Any) -> list[tuple[str, ...]]:
    """Return the settings that two replies report as not sent."""
    model = OpenAIModel(spec_at(server.url, **settings))
    return [(await model.reply(ASK, WHOLE)).unsent for _ in range(2)]


async def test_a_refused_setting_is_left_out_from_then_on_and_every_reply_says_so() -> None:
    async with chat_server(refuses=refused("seed")) as server:
        assert await ask_twice(server) == [("seed",), ("seed",)]
    assert ["seed" in request for request in server.requests] == [True, False, False]


async def test_a_server_may_refuse_everything_and_still_be_asked() -> None:
    async with chat_server(refuses=refused(*SENT, "max_completion_tokens")) as server:
        assert (
            await ask_twice(server) == [("seed", "temperature", "top_p", "top_k", "repeat_penalty", "max_tokens")] * 2
        )
    assert set(server.requests[-1]) == {"model", "messages", "stream"}


async def test_a_server_that_refuses_a_request_whatever_is_left_out_is_asked_no_more_than_there_are_settings() -> None:
    async with chat_server(
        outage=Failure(400, message="Unknown field: seed, temperature, top_p, max_tokens")
    ) as server:
        with pytest.raises(ModelMisconfigured, match="does not accept the settings of 'api'"):
            await OpenAIModel(spec_at(server.url)).reply(ASK, WHOLE)
    assert len(server.requests) <= 10


async def test_a_limit_goes_by_its_other_name_where_one_is_refused() -> None:
    async with chat_server(refuses=refused("max_tokens")) as server:
        assert await ask_twice(server) == [(), ()]
    assert server.requests[-1]["max_completion_tokens"] == 50
    assert "max_tokens" not in server.requests[-1]


async def test_one_name_of_a_penalty_is_enough() -> None:
    async with chat_server(refuses=refused("repetition_penalty")) as server:
        assert await ask_twice(server) == [(), ()]
    assert server.requests[-1]["repeat_penalty"] == 1.1


async def test_settings_that_the_description_leaves_out_are_never_sent() -> None:
    async with chat_server() as server:
        assert await ask_twice(server, leave_out=("seed", "stream_options")) == [("seed",), ("seed",)]
    assert not {"seed", "stream_options"} & set().union(*server.requests)


async def test_a_setting_refused_in_the_stream_is_left_out_too() -> None:
    complaint = Failure(200, body={"error": {"message": "seed: Extra inputs are not permitted", "code": 422}})
    async with chat_server(refuses={"seed": complaint}) as server:
        assert await ask_twice(server) == [("seed",), ("seed",)]


async def test_a_server_that_does_not_stream_is_asked_for_whole_answers() -> None:
    error = {"message": "Your organization must be verified to stream this model.", "param": "stream"}
    async with chat_server(refuses={"stream": Failure(400, body={"error": error})}) as server:
        assert await ask_twice(server) == [(), ()]
    assert not {"stream", "stream_options"} & server.requests[-1].keys()


def test_a_setting_that_does_not_exist_cannot_be_left_out() -> None:
    with pytest.raises(ValidationError, match="leave_out"):
        spec_at(None, leave_out=("sed",))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"error": {"message": "Unrecognized request argument supplied: seed"}}, "seed"),
        ({"error": {"message": "Unknown parameter: 'top_k'.", "param": "top_k", "code": "unknown_parameter"}}, "top_k"),
        ({"error": {"message": "property 'top_k' is unsupported"}}, "top_k"),
        ({"error": {"message": 'json: unknown field "repeat_penalty"'}}, "repeat_penalty"),
        (
            {"error": {"message": "Additional properties are not allowed ('repetition_penalty' was unexpected)"}},
            "repetition_penalty",
        ),
        (
            [
                {
                    "error": {
                        "message": 'Invalid JSON payload received. Unknown name "seed": Cannot find field.',
                        "code": 400,
                    }
                }
            ],
            "seed",
        ),
        ({"error": {"message": "Extra inputs are not permitted, field: 'seed', value: 7"}}, "seed"),
        ({"error": {"message": "create() got an unexpected keyword argument 'top_k'"}}, "top_k"),
        ({"error": {"message": "m does not support parameters: ['seed']"}}, "seed"),
        ({"error": {"message": "`temperature` is deprecated for this model."}}, "temperature"),
        ({"error": {"message": "`temperature` and `top_p` cannot both be specified for this model."}}, "top_p"),
        (
            {
                "error": {
                    "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                    "Use 'max_completion_tokens' instead.",
                    "param": "max_tokens",
                }
            },
            "max_tokens",
        ),
        (
            {
                "error": {
                    "message": "Unsupported value: 'temperature' does not support 0.7 with this model. "
                    "Only the default (1) value is supported.",
                    "param": "temperature",
                }
            },
            "temperature",
        ),
        ({"error": {"message": "Supported parameters: temperature, top_p. Unsupported parameter: top_k"}}, "top_k"),
        ({"error": {"message": "stream_options is only allowed when streaming"}}, "stream_options"),
        ({"error": {"message": "Invalid value at 'generation_config.seed' (TYPE_INT32), 4000000000"}}, "seed"),
        ({"error": "Argument not supported on this model: topK"}, "top_k"),
        ({"error": {"message": "Model m does not support parameter repetitionPenalty."}}, "repetition_penalty"),
        ({"error": {"message": "#: extraneous key [seed] is not permitted, please reformat your input"}}, "seed"),
        ({"error": {"message": 'Unknown parameter in input: "top_k", must be one of: modelId, messages'}}, "top_k"),
        ({"error": {"message": "invalid temperature: only 1 is allowed for this model"}}, "temperature"),
        ({"error": {"message": "`temperature` may only be set to 1 when thinking is enabled."}}, "temperature"),
        ({"error": {"message": "`top_p` must be unset when thinking is enabled."}}, "top_p"),
        ({"error": {"message": "'temperature' is immutable for this model"}}, "temperature"),
        ({"error": {"message": "The parameter top_p cannot be set with this model"}}, "top_p"),
        ({"issues": [{"code": "unrecognized_keys", "path": ["seed"], "message": "Unrecognized key"}]}, "seed"),
        ({"object": "error", "message": "[{'loc': ('body', 'seed'), 'msg': 'extra fields not permitted'}]"}, "seed"),
        (
            {
                "error": {
                    "message": "Provider returned error",
                    "metadata": {"raw": '{"detail": "seed is not supported"}'},
                }
            },
            "seed",
        ),
    ],
)
def test_a_refused_setting_is_found_in_any_wording(body: object, name: str) -> None:
    assert refused_setting(complaint_of(body, 400), SENT) == name


@pytest.mark.parametrize(
    "message",
    [
        "temperature must be between 0 and 2",
        "temperature: Input should be less than or equal to 1",
        "max_tokens is too large: 5000. This model supports at most 4096 completion tokens, whereas you provided 5000.",
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the "
        "`context_window` for this model",
        "top_p must be in (0, 1], got 0",
        "temperature 2.5 is not allowed: it must be at most 2",
        "Unknown field: logit_bias",
        "messages must not be empty",
    ],
)
async def test_a_value_out_of_range_is_a_mistake_in_the_description_and_not_left_out(message: str) -> None:
    async with chat_server(outage=Failure(400, message=message)) as server:
        with pytest.raises(ModelMisconfigured, match="does not accept the settings") as caught:
            await OpenAIModel(spec_at(server.url)).reply(ASK, WHOLE)
    assert message[:150].rstrip(".") in str(caught.value)
    assert len(server.requests) == 1


async def test_an_unrecognised_refusal_of_a_setting_is_reported_in_the_servers_words() -> None:
    refusal = Failure(422, body={"detail": [{"loc": ["body", "user"], "msg": "Field required"}]})
    async with chat_server(outage=refusal) as server:
        with pytest.raises(ModelMisconfigured, match=r"does not accept the settings of 'api' \(user: Field required\)"):
            await OpenAIModel(spec_at(server.url)).reply(ASK, WHOLE)


def test_openai_receives_no_unknown_or_default_settings_and_the_reply_names_unsent_ones() -> None:
    spec = spec_at(None)
    assert completion_request(spec, ASK, Sampling(max_tokens=50, seed=7))["seed"] == 7
    sent = settings_for(WHOLE, is_openai=True, left_out=())
    assert sent == {"seed": 7, "temperature": 0.7, "top_p": 0.9, "max_completion_tokens": 50}
    assert unsent(WHOLE, sent, is_openai=True) == ("top_k", "repeat_penalty")
    assert unsent(Sampling(), settings_for(Sampling(), is_openai=True, left_out=()), is_openai=True) == ()


async def test_a_full_context_is_not_mistaken_for_a_refused_setting() -> None:
    message = "max_tokens must be at least 1, got -50. seed is not supported"
    async with chat_server(outage=Failure(400, message=message)) as server:
        with pytest.raises(BackendError) as caught:
            await OpenAIModel(spec_at(server.url)).reply(ASK, WHOLE)
    assert caught.type is ContextFull
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "words",
    ["Unexpected end of stream", "Streaming interrupted: the upstream is not available", "top_p: unknown failure"],
)
def test_a_failure_of_the_server_is_no_refused_setting(words: str) -> None:
    assert refused_setting(complaint_of({"error": words}, 500), ("stream", *SENT)) is None
