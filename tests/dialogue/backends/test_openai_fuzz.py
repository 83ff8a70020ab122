"""Arbitrary bytes and JSON: reading them raises only the intended errors."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.backends.base import BackendError, Reply
from dialogue.backends.openai.answer import Answer
from dialogue.backends.openai.complaints import complaint_in, read_complaint
from dialogue.backends.openai.errors import meaning
from dialogue.backends.openai.settings import refused_setting
from dialogue.backends.openai.stream import EventReader, Unreadable
from dialogue.model_config import ModelSpec
from tests.drawn_texts import ANY_TEXT
from tests.thoroughness import IS_THOROUGH

some = settings(max_examples=1000 if IS_THOROUGH else 30)
SPEC = ModelSpec(name="api", backend="openai", model="m")
NAMES = (
    "choices", "delta", "message", "content", "text", "type", "index", "finish_reason", "usage", "prompt_tokens", "object",
    "completion_tokens", "error", "code", "detail", "loc", "msg", "param", "status", "refusal", "tool_calls", "metadata", "raw",
    "reasoning", "reasoning_content", "reasoning_details", "completion_tokens_details", "x_groq",
    "thinking_blocks", "base_resp", "status_code", "finishReason", "usage_metadata", "issues", "path",
)  # fmt: skip
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.sampled_from(["stop", "error", "[", "{"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=12
)
chunks = st.dictionaries(st.sampled_from(NAMES), values) | st.fixed_dictionaries(
    {"choices": st.lists(st.dictionaries(st.sampled_from(NAMES), values) | values, max_size=2)}
)


@some
@given(st.lists(chunks, max_size=4))
def test_any_chunks_make_an_answer(said: list[dict[str, Any]]) -> None:
    answer = Answer(max_tokens=50)
    pieces = [answer.add(chunk) for chunk in said]
    pieces.append(answer.close())
    reply = answer.reply()
    assert isinstance(reply, Reply)
    assert "".join(pieces) == reply.text
    reply.text.encode()
    assert all(count is None or count > 0 for count in (reply.prompt_tokens, reply.completion_tokens))


@some
@given(st.none() | st.integers(100, 599), values | chunks)
def test_every_error_of_a_server_is_explained_in_one_sentence(status: int | None, body: object) -> None:
    found = [read_complaint(status, json.dumps(body))]
    found += [one for one in [complaint_in(body) if isinstance(body, dict) else None] if one]
    for complaint in found:
        error = meaning(complaint, SPEC)
        assert isinstance(error, BackendError)
        assert str(error).endswith(".")
        assert "\n" not in str(error)
        assert refused_setting(complaint, ["seed", "top_p"]) in (None, "seed", "top_p")


@given(
    st.lists(
        st.binary() | st.sampled_from([b"data: ", b"\n", b"\r", b"{", b'{"a": 1}', b"[DONE]", b"}", b"\xef\xbb\xbf"])
    )
)
def test_any_bytes_are_events(blocks: list[bytes]) -> None:
    reader = EventReader()
    events = [event for block in blocks for event in reader.feed(block)]
    events += reader.finish()
    assert all(event == "done" or isinstance(event, dict | Unreadable) for event in events)


@given(st.integers(0, 2**32))
def test_it_does_not_matter_where_a_stream_is_cut_into_blocks(seed: int) -> None:
    stream = 'data: {"text": "é\u2028🐻"}\r\n\r\n: comment\r\n\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: [DONE]\r\n\r\n'.encode()
    at = sorted({seed % len(stream), seed // 7 % len(stream), seed // 1001 % len(stream)})
    blocks = [stream[start:end] for start, end in zip([0, *at], [*at, len(stream)], strict=True)]
    reader = EventReader()
    events = [event for block in blocks for event in reader.feed(block)]
    assert [*events, *reader.finish()] == [{"text": "é\u2028🐻"}, {"a": 1}, "done"]
