"""The doctor with an API's server, and with a model behind it that thinks before it answers."""

import tomllib
from typing import Any

import pytest

from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from dialogue.doctor import examination, trials
from dialogue.doctor.advice import Advice, advise
from dialogue.doctor.diagnosis import describe
from dialogue.doctor.examination import Examination, examine
from dialogue.doctor.findings import Findings
from dialogue.doctor.trials import CASES
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.servers import ChatServer, Failure, chat_server

pytestmark = pytest.mark.waits

NO_SCHEMA = Failure(400, "unsupported", "response_format is not supported by this model.")
THOUGHTS = "<think>" + "hm so I wonder what to say " * 20 + "</think> Tell me about bears."


@pytest.fixture(autouse=True)
def two_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play two dialogues instead of eight, because the server says the same in all of them."""
    for module in (trials, examination):
        monkeypatch.setattr(module, "CASES", CASES[:2])


async def examined(spec: ModelSpec) -> tuple[Examination, Advice]:
    try:
        found = await examine(spec, registry.open_model(spec))
    finally:
        await registry.close_models()
    return found, advise(spec, found)


async def examined_api(**settings: Any) -> tuple[Examination, Advice, ChatServer]:
    async with chat_server(**settings) as server:
        found, advice = await examined(ModelSpec(name="api", backend="openai", model="m", base_url=server.url))
        return found, advice, server


def with_set(found: Examination, name: str) -> Findings:
    return next(each for each in found.inquirer if each.prompts == name)


async def test_an_api_is_asked_as_both_speakers_and_for_a_schema_only_by_the_set_that_reads_json() -> None:
    found, advice, server = await examined_api(answer="Tell me about bears.")
    assert {each.prompts: each.usable for each in found.findings} == {
        "llama-2-responder": 4,
        "plain": 4,
        "json": 0,
        "llama-2": 0,
    }
    assert sum("response_format" in request for request in server.requests) == 4
    assert {request["max_tokens"] for request in server.requests} == {160}
    assert advice.prompts == "plain"
    assert found.memory is None
    assert found.speed


async def test_an_api_without_schemas_cannot_play_the_set_that_reads_json_but_the_others() -> None:
    found, advice, _ = await examined_api(answer="Tell me about bears.", refuses={"response_format": NO_SCHEMA})
    assert [each.prompts for each in found.inquirer] == ["plain", "llama-2"]
    assert [refusal.reference for refusal in found.refusals] == ["json"]
    assert "cannot make the outputs of 'm' follow a JSON schema" in " ".join(describe(found))
    assert advice.prompts == "plain"


async def test_an_api_that_refuses_system_messages_is_not_asked_further() -> None:
    async with chat_server(failures=[Failure(400, "invalid", "System role not supported")]) as server:
        with pytest.raises(ModelMisconfigured, match=r"Set `system = \"first_user\"` for 'api' in models\.toml"):
            await examined(ModelSpec(name="api", backend="openai", model="m", base_url=server.url))
        assert len(server.requests) == 1


async def test_an_api_that_refuses_the_prompts_is_not_called_too_small() -> None:
    refused = Failure(400, "content_filter", "The prompt triggered the content management policy.")
    found, advice, _ = await examined_api(outage=refused)
    assert {each.refused for each in found.findings} == {4}
    assert "check its content filter" in advice.why


async def test_a_model_that_thinks_gets_room_for_its_thoughts_and_keeps_its_limit() -> None:
    found, advice, server = await examined_api(answer=THOUGHTS)
    plain = with_set(found, "plain")
    assert (plain.usable, plain.thinking, plain.example) == (4, 4, "Tell me about bears.")
    assert {request["max_tokens"] for request in server.requests[1:]} == {1000}
    assert tomllib.loads(advice.lines)["models"]["api"]["inquirer"]["max_tokens"] == 1000


async def test_thoughts_that_use_up_the_limit_lead_to_a_higher_one_and_not_to_another_model() -> None:
    found, advice, _ = await examined_api(answer="<think>" + "hm " * 1100)
    assert with_set(found, "plain").is_thought_out
    assert "raise max_tokens, because thoughts use up the limit" in advice.why
    table = tomllib.loads(advice.lines)["models"]["api"]
    assert (table["inquirer"]["max_tokens"], table["responder"]["max_tokens"]) == (2000, 2000)
