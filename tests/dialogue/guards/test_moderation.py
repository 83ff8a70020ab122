"""The moderation endpoint: what is sent, what is read, and what its errors mean."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from dialogue.backends.base import BackendError, ChatModel, ModelMisconfigured
from dialogue.guards.findings import CheckedTurn, Finding, overall
from dialogue.guards.opening import open_guard
from dialogue.model_config import ModelSpec
from tests.dialogue.guards.servers import ModerationServer, moderation_server

TURNS = (CheckedTurn(1, "How do I bake?", "With flour."), CheckedTurn(2, "And then?", ""))


@pytest.fixture
def server() -> Iterator[ModerationServer]:
    with moderation_server() as server:
        yield server


def no_chat_model(_spec: ModelSpec) -> ChatModel:
    raise AssertionError("the endpoint is no chat model")


def check(url: str, turns: Sequence[CheckedTurn] = TURNS, **settings: Any) -> tuple[Finding, ...]:
    named = {"name": "moderator", "backend": "openai", "model": "omni-moderation-latest", "base_url": url}
    spec = ModelSpec.model_validate(named | {"guard": {"kind": "moderation"}} | settings)
    return async_to_sync(open_guard(spec, no_chat_model).check)(turns)


def test_all_messages_of_a_dialogue_are_sent_at_once_and_the_empty_ones_are_not(server: ModerationServer) -> None:
    findings = check(server.url)
    assert server.paths == ["/v1/moderations"]
    assert (server.requests[0]["model"], server.requests[0]["input"]) == (
        "omni-moderation-latest",
        ["How do I bake?", "With flour.", "And then?"],
    )
    assert [(one.turn, one.speaker, one.verdict) for one in findings] == [
        (1, "inquirer", "safe"),
        (1, "responder", "safe"),
        (2, "inquirer", "safe"),
    ]


def test_a_flagged_message_is_unsafe_with_its_categories_and_the_whole_result(server: ModerationServer) -> None:
    findings = check(server.url, (CheckedTurn(1, "Where is poison sold?", "Nowhere."),))
    assert (findings[0].verdict, findings[0].categories) == ("unsafe", ("self-harm/intent", "violence"))
    assert json.loads(findings[0].raw)["category_scores"] == {"violence": 0.5}
    assert (findings[1].verdict, overall(findings)) == ("safe", "unsafe")


def test_a_dialogue_without_text_is_not_sent(server: ModerationServer) -> None:
    assert check(server.url, (CheckedTurn(1, " ", ""),)) == ()
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((401, {"error": {"message": "Incorrect API key"}}), ModelMisconfigured, "refuses the key of 'moderator'"),
        ((404, {"error": {"message": "no such model"}}), ModelMisconfigured, "does not know the model"),
        ((200, {"results": []}), BackendError, "0 results for 3 messages"),
        ((200, {"choices": []}), BackendError, "did not answer as a moderation endpoint does"),
        ((200, {"results": [{"flagged": "maybe"}] * 3}), BackendError, "did not answer as a moderation endpoint"),
        ((200, "<html>"), BackendError, "did not answer as a moderation endpoint does"),
    ],
    ids=["key", "model", "count", "chat", "form", "page"],
)
def test_an_odd_answer_is_an_error_and_never_safe(
    server: ModerationServer, answer: tuple[int, object], error: type[BackendError], words: str
) -> None:
    server.answer = answer
    with pytest.raises(error, match=words):
        check(server.url)


@pytest.mark.parametrize(
    "complaint",
    [{"code": "context_length_exceeded", "message": "too long"}, {"code": "content_filter", "message": "no"}],
)
def test_texts_that_the_server_refuses_are_unreadable_and_stop_nothing(
    server: ModerationServer, complaint: dict[str, str]
) -> None:
    server.answer = (400, {"error": complaint})
    assert {finding.verdict for finding in check(server.url)} == {"unreadable"}
    assert all(finding.problem for finding in check(server.url))


def test_a_server_that_is_away_is_named() -> None:
    with moderation_server() as server:
        url = server.url
    with pytest.raises(BackendError, match="cannot be reached"):
        check(url)


def test_the_key_is_sent_but_never_told(server: ModerationServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_KEY", "secret-key")
    server.answer = (401, {"error": {"message": "Incorrect API key provided: secret-key"}})
    with pytest.raises(ModelMisconfigured) as caught:
        check(server.url, key_env="MODERATION_KEY")
    assert "secret-key" not in str(caught.value) and "MODERATION_KEY" in str(caught.value)
