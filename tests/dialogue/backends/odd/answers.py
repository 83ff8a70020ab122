"""Complete answers in the formats of various servers, and incomplete answers."""

import gzip
import json
from typing import Any

from dialogue.backends.base import BackendError, ContentRefused, ModelMisconfigured
from tests.dialogue.backends.odd.server import DONE, END, TEXT, Fails, Odd, Says, chunk, event, said, stream
from tests.dialogue.references import DATA

API = DATA / "api"
FAILS = Fails(BackendError, "[Tt]ry again later")
REFUSED = Fails(ContentRefused, "refuses this content")
PAGE = Fails(ModelMisconfigured, "answers with web pages.*Correct `base_url`")


def choice(**fields: Any) -> dict[str, Any]:
    """Return a chunk whose choice has only these fields."""
    return {"choices": [{"index": 0, **fields}]}


def counted(**usage: object) -> dict[str, Any]:
    """Return a chunk with token counts."""
    return {"choices": [], "usage": usage}


def whole(**fields: Any) -> bytes:
    """Return an answer that is not streamed, on several lines."""
    message = {"role": "assistant", "content": TEXT}
    answer = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    return json.dumps(answer | fields, indent=2).encode()


FILES = [
    Odd("filter results without delta (Azure)", Says(), (API / "filter-results-without-delta.sse").read_bytes()),
    Odd("usage without numbers", Says(prompt_tokens=11), (API / "usage-without-numbers.sse").read_bytes()),
    Odd("cut inside a line", FAILS, (API / "cut-inside-a-line.sse").read_bytes()),
    Odd("[DONE] without finish_reason", Says(), (API / "whole-without-finish-reason.sse").read_bytes()),
    Odd("refusal", REFUSED, (API / "refusal.sse").read_bytes()),
    Odd("a web page", PAGE, (API / "page.html").read_bytes()),
]

CHUNKS = [
    Odd("delta null", Says(), stream(choice(delta=None), said(), END, DONE)),
    Odd("delta a string", Says(), stream(choice(delta=TEXT), END, DONE)),
    Odd("delta a list", Says(), stream(choice(delta=["It is ", "6.25 m/s."]), END, DONE)),
    Odd("empty objects", Says(), stream({}, said(), {}, END, DONE)),
    Odd("nothing in words", Says(), stream("null", '""', said(), END, DONE)),
    Odd("an unrelated detail", Says(), stream(said() | {"detail": "cached", "message": "OK"}, END, DONE)),
    Odd("choices null", Says(), stream({"choices": None}, said(), END, DONE)),
    Odd("choices missing", Says(), stream({"id": "1"}, said(), END, DONE)),
    Odd("choices an object", Says(), stream({"choices": {"delta": {}}}, said(), END, DONE)),
    Odd("choices of nulls", Says(), stream({"choices": [None, 3, "x"]}, said(), END, DONE)),
    Odd("several choices", Says(), stream(said(), {"choices": [{"index": 1, "delta": {"content": "No."}}]}, END, DONE)),
    Odd("choices without an index", Says(), stream({"choices": [{"delta": {"content": TEXT}}]}, END, DONE)),
    Odd("content in parts", Says(), stream(said([{"type": "text", "text": "It is "}, "6.25 m/s."]), END, DONE)),
    Odd("content as an object", Says(), stream(said({"type": "text", "text": TEXT}), END, DONE)),
    Odd(
        "parts of another kind",
        Says(),
        stream(
            said([{"type": "image_url", "image_url": {"url": "x"}}, {"type": "output_text", "text": TEXT}]), END, DONE
        ),
    ),
    Odd("content a number", Says("It is 6"), stream(said("It is "), said(6), END, DONE)),
    Odd("content null", Says(), stream(said(None), said(), END, DONE)),
    Odd("role only", Says(), stream(chunk(role="assistant"), said(), END, DONE)),
    Odd("legacy text", Says(), stream(choice(text="It is "), choice(text="6.25 m/s.", finish_reason="stop"), DONE)),
    Odd("message instead of delta", Says(), stream(choice(message={"content": TEXT}, finish_reason="stop"), DONE)),
    Odd(
        "the whole message again at the end",
        Says(),
        stream(said("It is "), said("6.25 m/s."), choice(message={"content": TEXT}, finish_reason="stop"), DONE),
    ),
    Odd("the same piece twice", Says("ha ha"), stream(said("ha"), said(" "), said("ha"), END, DONE)),
    Odd("half a surrogate pair in each chunk", Says("🐻"), stream(said("\ud83d"), said("\udc3b"), END, DONE)),
    Odd("half a surrogate pair alone", Says("a\ufffd"), stream(said("a\ud83d"), END, DONE)),
    Odd("an empty answer", Says(""), stream(chunk(role="assistant", content=""), END, DONE)),
    Odd("an object that is a list", FAILS, stream(said("It is "), [1, 2], END, DONE)),
    Odd("an object that is a number", FAILS, stream(said("It is "), "5", END, DONE)),
    Odd("nested too deep", FAILS, stream(said("It is "), "[" * 100_000 + "]" * 100_000, END, DONE)),
    Odd("parts within parts", Says(""), stream(said(json.loads("[" * 900 + "]" * 900)), END, DONE)),
    Odd("a chunk wrapped into a list", Says(), stream([said()], [END], DONE)),
    Odd("the same finish twice", Says(), stream(said(), END, END, DONE)),
    Odd("another finish after the first", Says(stop_reason="length"), stream(said(), chunk("length"), END, DONE)),
    Odd("finish in every chunk", Says(), stream(chunk("", content="It is "), chunk("null", content="6.25 m/s."), END)),
    Odd("finish a number", Says(), stream(chunk(1, content=TEXT), DONE)),
]

FRAMES = [
    Odd("CRLF", Says(), stream(said(), END, DONE).replace(b"\n", b"\r\n")),
    Odd("CR", Says(), stream(said(), END, DONE).replace(b"\n", b"\r")),
    Odd("a byte-order mark", Says(), b"\xef\xbb\xbf" + stream(said(), END, DONE)),
    Odd("comments", Says(), b": keep-alive\n\n" + event(said()) + b":\n\n: PROCESSING\n\n" + stream(END, DONE)),
    Odd("named events", Says(), b"event: message\nid: 7\nretry: 10\n" + stream(said(), END, DONE)),
    Odd("unknown fields", Says(), event(said()) + b"trace: 17\nnonsense\n" + stream(END, DONE)),
    Odd("[done]", Says(), stream(said(), "[done]")),
    Odd("text that is no stream", Fails(BackendError, "(Server is running).*Check `base_url`"), b"Server is running\n"),
    Odd("no space after the colon", Says(), stream(said(), END, DONE).replace(b"data: ", b"data:")),
    Odd("no blank lines", Says(), stream(said(), END, DONE).replace(b"\n\n", b"\n")),
    Odd("lines of JSON", Says(), stream(said(), END, DONE).replace(b"data: ", b"")),
    Odd(
        "an event of two lines",
        Says(),
        event(json.dumps(said(), indent=0).replace("\n", "\ndata: ")) + stream(END, DONE),
    ),
    Odd("an empty data line", Says(), b"data:\n\ndata\n\n" + stream(said(), END, DONE)),
    Odd(
        "separators inside a text",
        Says("a\u2028b\x85c"),
        stream(json.dumps(said("a\u2028b\x85c"), ensure_ascii=False), END),
    ),
    Odd("a huge line", Says("a" * 1_000_000), stream(said("a" * 1_000_000), END, DONE)),
    Odd("a line without end", FAILS, event(said("It is ")) + b"data: {" + b"a" * 5_000_000),
    Odd(
        "not UTF-8",
        Says("caf\ufffd"),
        stream(json.dumps(said("café"), ensure_ascii=False), END, DONE).replace(b"\xc3\xa9", b"\xe9"),
    ),
    Odd(
        "another charset",
        Says(),
        stream(said(), END, DONE),
        headers={"Content-Type": "text/event-stream; charset=latin-9"},
    ),
    Odd("gzip", Says(), gzip.compress(stream(said(), END, DONE), mtime=0), headers={"Content-Encoding": "gzip"}),
    Odd(
        "broken gzip",
        Fails(BackendError, "could not be read"),
        stream(said(), END),
        headers={"Content-Encoding": "gzip"},
    ),
    Odd("not streamed", Says(), whole()),
    Odd(
        "not streamed, in one line",
        Says(),
        json.dumps(json.loads(whole())).encode(),
        headers={"Content-Type": "text/json"},
    ),
    Odd("no HTTP", Fails(BackendError, "cannot be reached"), b"SSH-2.0-OpenSSH_9.6\r\n", status=0),
]

ENDS = [
    Odd("no [DONE]", Says(), stream(said(), END)),
    Odd(
        "neither finish_reason nor [DONE]",
        Fails(BackendError, r"without a finish_reason and without \[DONE\].*Try again later"),
        stream(said()),
    ),
    Odd(
        "[DONE] at the token limit",
        Says(stop_reason="length", completion_tokens=50),
        stream(said(), counted(completion_tokens=50), DONE),
    ),
    Odd("only [DONE]", Fails(BackendError, "sent an empty answer"), stream(DONE)),
    Odd("a role and [DONE]", Fails(BackendError, "sent an empty answer"), stream(chunk(role="assistant"), DONE)),
    Odd("an empty body", Fails(BackendError, "sent an empty answer. Check `base_url`")),
    Odd("only comments", Fails(BackendError, "sent an empty answer"), b": hello\n\n"),
    Odd("closed in the middle", FAILS, event(said("It is ")), headers={"Content-Length": "9999"}),
    Odd("reset in the middle", FAILS, event(said("It is ")), headers={"Content-Length": "9999"}, then="reset"),
    Odd("reset at once", Fails(BackendError, "cannot be reached"), status=0, then="reset"),
    Odd("hung at once", Fails(BackendError, "did not answer in time"), status=0, then="hang", patience=0.2),
    Odd("hung in the middle", Fails(BackendError, "did not answer in time"), event(said()), then="hang", patience=0.2),
    Odd("closed after the end", Says(), stream(said(), END), headers={"Content-Length": "9999"}),
    Odd("reset after the end", Says(), stream(said(), END), headers={"Content-Length": "9999"}, then="reset"),
    Odd("hung after the end", Says(), stream(said(), END), then="hang"),
    Odd("hung after [DONE]", Says(), stream(said(), END, DONE), then="hang"),
    Odd("rubbish after the end", Says(), stream(said(), END, "{", "<html>", {"error": "too late"}, DONE)),
    *(
        Odd(f"finish {word}", Says(), stream(said(), chunk(word), DONE))
        for word in ("eos", "stop_sequence", "end_turn", "STOP", "x")
    ),
    *(
        Odd(f"finish {word}", Says(stop_reason="length"), stream(said(), chunk(word), DONE))
        for word in ("length", "max_tokens", "MAX_TOKENS", "model_length")
    ),
    *(
        Odd(f"finish {word}", Fails(BackendError, "gave up on its answer"), stream(said(), chunk(word), DONE))
        for word in ("error", "abort", "cancelled", "insufficient_system_resource")
    ),
    *(
        Odd(f"finish {word}", REFUSED, stream(said(), chunk(word), DONE))
        for word in ("content_filter", "SAFETY", "refusal")
    ),
    Odd("a filter after the end", REFUSED, stream(said(), END, chunk("content_filter"), DONE)),
    Odd("a refusal that is not streamed", REFUSED, whole(choices=[{"message": {"content": None, "refusal": "No."}}])),
    Odd(
        "text beside tool calls",
        Says(),
        stream(chunk(content=TEXT, tool_calls=[{"index": 0}]), chunk("tool_calls"), DONE),
    ),
    Odd(
        "tool calls instead of text",
        Fails(BackendError, "called a tool instead of answering"),
        stream(chunk(tool_calls=[{"index": 0, "function": {"name": "search"}}]), chunk("tool_calls"), DONE),
    ),
    Odd(
        "a function call instead of text",
        Fails(BackendError, "called a tool instead of answering"),
        stream(chunk(function_call={"name": "search"}), chunk("function_call"), DONE),
    ),
]

COUNTS = [
    Odd(
        "usage",
        Says(prompt_tokens=11, completion_tokens=7),
        stream(said(), END, counted(prompt_tokens=11, completion_tokens=7), DONE),
    ),
    Odd(
        "input and output tokens",
        Says(prompt_tokens=11, completion_tokens=7),
        stream(said(), END, counted(input_tokens=11, output_tokens=7)),
    ),
    Odd(
        "counts beside choices",
        Says(prompt_tokens=11, completion_tokens=7),
        stream(said(), END | {"prompt_eval_count": 11, "eval_count": 7}),
    ),
    Odd(
        "counts of Groq",
        Says(prompt_tokens=11),
        stream(said(), END | {"x_groq": {"usage": {"prompt_tokens": 11}}}, DONE),
    ),
    Odd(
        "counts in the choice",
        Says(completion_tokens=7),
        stream(said(), choice(delta={}, finish_reason="stop", usage={"completion_tokens": 7})),
    ),
    Odd(
        "counts as text and floats",
        Says(prompt_tokens=11, completion_tokens=7),
        stream(said(), END, counted(prompt_tokens="11", completion_tokens=7.0)),
    ),
    Odd(
        "counts that grow",
        Says(completion_tokens=7),
        stream(
            said() | counted(completion_tokens=3) | {"choices": said()["choices"]}, END, counted(completion_tokens=7)
        ),
    ),
    *(
        Odd(
            f"counts {value!r}",
            Says(),
            stream(said(), END, counted(prompt_tokens=value, completion_tokens=value), DONE),
        )
        for value in (None, -1, 0, 1.5, "many", True, [7], {"n": 7}, 2**31, 10**30)
    ),
    Odd("usage null", Says(), stream(said(), END | {"usage": None}, DONE)),
    Odd("usage a list", Says(), stream(said(), END | {"usage": [11, 7]}, DONE)),
    Odd(
        "counts NaN",
        Says(),
        stream(said(), END, '{"usage": {"prompt_tokens": NaN, "completion_tokens": Infinity}}', DONE),
    ),
]

ANSWERS = [*FILES, *CHUNKS, *FRAMES, *ENDS, *COUNTS]
