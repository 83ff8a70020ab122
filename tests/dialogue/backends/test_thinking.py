"""Thoughts, separated for every backend: marked, opened by a template, or sent in separate fields."""

import json
from asyncio import StreamReader, StreamWriter, start_server
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dialogue.backends.base import Reply, Sampling
from dialogue.backends.chat_template import ChatTemplate, opened_thought
from dialogue.backends.openai import OpenAIModel
from dialogue.backends.openai.thoughts import likely_thought
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.thought_events import Thinking

ASK = [Message("user", "What is b?")]
ONLY_THOUGHTS = Path("tests/data/only_thoughts.sse").read_bytes()
REASONING: list[dict[str, Any]] = [
    {"reasoning_content": "Say a."},
    {"reasoning": "Say a."},
    {"reasoning_content": "Say a.", "reasoning": "Say a."},
    {"reasoning": "Say a.", "reasoning_details": [{"type": "reasoning.text", "text": "Say a."}]},
    {"reasoning_details": [{"type": "reasoning.summary", "summary": "Say a."}]},
    {"reasoning_text": "Say a."},
    {"thinking_blocks": [{"type": "thinking", "thinking": "Say a.", "signature": "eyJh"}]},
    {"content": [{"type": "reasoning_content", "reasoning_content": {"text": "Say a."}}]},
    {"reasoning": None, "reasoning_content": "", "reasoning_details": [{"type": "reasoning.text", "text": "Say a."}]},
]
ODD: list[dict[str, Any]] = [
    {"reasoning": {"effort": "low"}},
    {"reasoning_content": None},
    {"reasoning_details": [None, "text", {"type": "reasoning.encrypted", "data": "eyJh"}, {"type": 3}]},
    {"reasoning_details": {"type": "reasoning.text"}},
]


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}


def stream(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    events = [*map(chunk, deltas), chunk({}, finish)]
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode() + b"data: [DONE]\n\n"


@asynccontextmanager
async def saying(*bodies: bytes, model: str = "m") -> AsyncIterator[OpenAIModel]:
    """Return a model behind a server that answers with ``bodies``, one per request."""
    rest = list(bodies)

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + rest.pop(0))
        await writer.drain()
        writer.close()

    server = await start_server(answer, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        asked = OpenAIModel(ModelSpec(name="api", backend="openai", model=model, base_url=url))
        yield asked
        await asked.close()


async def heard(
    model: OpenAIModel | ScriptedModel, sampling: Sampling | None = None
) -> tuple[list[str | Thinking], Reply]:
    pieces = model.stream(ASK, sampling or Sampling())
    events = [event async for event in pieces]
    assert pieces.reply is not None
    return events, pieces.reply


async def test_a_marked_thought_is_no_part_of_the_reply() -> None:
    events, reply = await heard(ScriptedModel(["<think>Say a.</think>\n\nIt is b."]))
    assert events == [Thinking(""), "It", " is", " b."]
    assert (reply.text, reply.thoughts, reply.thought_tokens) == ("It is b.", "Say a.", 2)
    assert reply.raw == "<think>Say a.</think>\n\nIt is b."


async def test_a_reply_without_thoughts_says_that_it_has_none() -> None:
    events, reply = await heard(ScriptedModel(["It is b."]))
    assert events == ["It", " is", " b."]
    assert (reply.text, reply.raw, reply.thoughts, reply.thought_tokens) == ("It is b.", "It is b.", "", 0)


async def test_a_thought_whose_beginning_is_not_in_the_output_is_never_heard() -> None:
    events, reply = await heard(ScriptedModel(["Say a. </think> It is b."]))
    assert events == [Thinking(""), "It", " is", " b."]
    assert (reply.text, reply.thoughts) == ("It is b.", "Say a.")


async def test_a_thought_that_uses_up_the_limit_leaves_nothing_said() -> None:
    _, reply = await heard(ScriptedModel(["Say a. </think> It is b."]), Sampling(max_tokens=2))
    assert (reply.text, reply.thoughts.split(), reply.stop_reason) == ("", ["Say", "a."], "length")


@pytest.mark.parametrize("fields", REASONING, ids="+".join)
async def test_what_a_server_sends_as_reasoning_is_a_thought(fields: dict[str, Any]) -> None:
    async with saying(stream(fields, {"content": "It is b."})) as model:
        events, reply = await heard(model)
    assert events == [Thinking(""), "It is b."]
    assert (reply.text, reply.thoughts) == ("It is b.", "Say a.")
    assert reply.raw == "<think>\nSay a.\n</think>\n\nIt is b."


@pytest.mark.parametrize("fields", ODD, ids=str)
async def test_reasoning_fields_that_hold_no_text_say_nothing(fields: dict[str, Any]) -> None:
    async with saying(stream(fields, {"content": "It is b."})) as model:
        events, reply = await heard(model)
    assert events == ["It is b."]
    assert (reply.raw, reply.thoughts) == ("It is b.", "")


async def test_thoughts_that_use_up_all_tokens_are_counted_and_kept() -> None:
    async with saying(ONLY_THOUGHTS) as model:
        events, reply = await heard(model)
    assert events == [Thinking("")]
    assert (reply.text, reply.stop_reason, reply.completion_tokens) == ("", "length", 1000)
    assert (reply.thoughts, reply.thought_tokens) == ('The user wants "a speed".', 1000)
    assert 'The user wants "a speed".' in reply.raw


async def test_a_server_that_leaves_the_marks_in_the_content_is_understood() -> None:
    words = [{"content": word} for word in ("<th", "ink>Say", " a.</think", ">\n\nIt", " is b.")]
    async with saying(stream(*words)) as model:
        events, reply = await heard(model)
    assert [event for event in events if not isinstance(event, Thinking)] == ["It", " is b."]
    assert reply.thoughts == "Say a."


async def test_a_model_that_closed_a_thought_alone_is_taken_to_begin_with_one_from_then_on() -> None:
    body = stream({"content": "Say a."}, {"content": "</think>It is b."})
    async with saying(body, body) as model:
        first, reply = await heard(model)
        second, again = await heard(model)
    assert first == ["Say a.", Thinking(""), "It is b."]
    assert second == [Thinking(""), "It is b."]
    assert reply.text == again.text == "It is b."


async def test_a_model_that_is_named_for_its_thoughts_is_heard_after_them_only() -> None:
    body = stream({"content": "Say a."}, {"content": "</think>It is b."})
    async with saying(body, model="deepseek-ai/DeepSeek-R1-Distill-Qwen-7B") as model:
        events, _ = await heard(model)
    assert events == [Thinking(""), "It is b."]


async def test_a_model_name_no_longer_matters_once_the_server_separates_thoughts() -> None:
    body = stream({"content": "It"}, {"content": " is b."})
    async with saying(
        stream({"reasoning": "Say a."}, {"content": "It"}, {"content": " is b."}), body, model="qwq"
    ) as model:
        told, _ = await heard(model)
        plain, reply = await heard(model)
    assert told == [Thinking(""), "It", " is b."]
    assert plain == ["It", " is b."]
    assert reply.text == "It is b."


@pytest.mark.parametrize("name", ["gpt-4", "m", "llama3.1", "mistral-small", "research", "qwen3:0.6b", "r1cher"])
def test_other_names_raise_no_doubt(name: str) -> None:
    assert likely_thought(name) is None


@pytest.mark.parametrize("typed", ["What is <think>?", "<think>"])
def test_a_template_shows_whether_it_opens_a_thought_whatever_people_type(typed: str) -> None:
    talk = [Message("user", typed)]
    turns = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"

    def opens(end: str) -> bool:
        return opened_thought(ChatTemplate(turns + end), talk) is not None

    assert opens("<|assistant|><think>\n")
    assert not opens("<|assistant|><think>\n\n</think>\n\n")
    assert not opens("<|assistant|>")
    assert not opens("")
