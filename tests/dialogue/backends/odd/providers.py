"""Responses of particular providers, proxies and gateways."""

import json

from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from tests.dialogue.backends.odd.answers import choice, whole
from tests.dialogue.backends.odd.errors import FULL, KEY, PASSING, RATE, REFUSED, UNKNOWN, error, failed
from tests.dialogue.backends.odd.server import DONE, END, TEXT, Fails, Odd, Says, chunk, event, said, stream

MESSAGE = {"role": "assistant", "content": TEXT}
TOOLS = Fails(BackendError, "called a tool instead of answering")


def state(code: int, words: str) -> dict[str, object]:
    """Return the status that MiniMax adds to every chunk."""
    return {"base_resp": {"status_code": code, "status_msg": words}}


def counts(prompt: int, completion: int) -> dict[str, object]:
    """Return token counts to add to a chunk."""
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


REASONS = [
    *(
        Odd(f"finish {word}", Fails(ContentRefused, "refuses this content"), stream(said("It is "), chunk(word), DONE))
        for word in (
            "content_filter: RECITATION",
            "guardrail_intervened",
            "ERROR_TOXIC",
            "IMAGE_SAFETY",
            "contentFilter",
        )
    ),
    *(
        Odd(f"finish {word}", Says(stop_reason="length"), stream(said(), chunk(word), DONE))
        for word in ("ERROR_LIMIT", "max_new_tokens", "model_context_window_exceeded")
    ),
    *(
        Odd(f"finish {word}", Fails(BackendError, "gave up on its answer"), stream(said("It"), chunk(word), DONE))
        for word in ("TIMEOUT", "USER_CANCEL", "function_call_filter: MALFORMED_FUNCTION_CALL", "server_overloaded")
    ),
    Odd("a full context and no text", Fails(ContextFull, "fits"), stream(chunk("model_context_window_exceeded"), DONE)),
    Odd("no room and no text", Fails(ContextFull, "fits"), stream(chunk(), chunk("length") | counts(4096, 0), DONE)),
    Odd(
        "thoughts that are not shown",
        Says("", "length", prompt_tokens=11, completion_tokens=50),
        stream(chunk(), chunk("length") | counts(11, 50), DONE),
    ),
    Odd("finish tool_calls without any", TOOLS, stream(chunk("tool_calls"), DONE)),
    Odd("finish tool_calls after text", Says(), stream(said(), chunk("tool_calls"), DONE)),
    Odd(
        "finish as an object", Says(stop_reason="length"), stream(said(), chunk({"type": "length", "length": 50}), DONE)
    ),
    Odd("finishReason", Says(stop_reason="length"), stream(said(), choice(delta={}, finishReason="MAX_TOKENS"), DONE)),
    Odd("refused after some text", REFUSED, stream(said("It is "), chunk(refusal="I cannot go on."), END, DONE)),
]

MESSAGES = [
    Odd("a message beside delta null", Says(), stream(choice(delta=None, message=MESSAGE, finish_reason="stop"), DONE)),
    Odd(
        "a message beside an empty delta", Says(), stream(choice(delta={}, message=MESSAGE, finish_reason="stop"), DONE)
    ),
    Odd(
        "a message so far beside each part",
        Says(),
        stream(
            choice(delta={"content": "It is "}, message={"content": "It is "}),
            choice(delta={"content": "6.25 m/s."}, message=MESSAGE),
            choice(delta={}, message={"content": f" {TEXT}"}, finish_reason="stop"),
            DONE,
        ),
    ),
    Odd("a message without a finish_reason", Says(), json.dumps({"choices": [{"message": MESSAGE}]}).encode()),
    Odd("a whole answer without a finish_reason", Says(), whole(choices=[{"message": MESSAGE, "finish_reason": None}])),
    Odd("a whole answer cut off", PASSING, whole()[:-20]),
    Odd("content false", Says(), stream(said(), said(False), END, DONE)),
]

COUNTS = [
    Odd(
        f"counts in {name}",
        Says(prompt_tokens=11, completion_tokens=7),
        stream(said(), END | {name: usage}, DONE),
    )
    for name, usage in (
        ("usage", {"promptTokens": 11, "completionTokens": 7}),
        ("usage_metadata", {"input_token_count": 11, "output_token_count": 7}),
        ("usageMetadata", {"promptTokenCount": 11, "candidatesTokenCount": 7}),
    )
]

FRAMES = [
    Odd("the field's name twice", Says(), stream(said(), DONE).replace(b"data: ", b"data: data: ")),
    Odd("the field's name in capitals", Says(), stream(said(), END, DONE).replace(b"data:", b"Data:")),
    Odd("[DONE] in quotation marks", Says(), stream(said(), '"[DONE]"')),
    Odd("two chunks in one line", Says("ha ha"), event(json.dumps(said("ha ")) + json.dumps(said("ha"))) + stream(END)),
    Odd("an unescaped line break", Says("a\nb"), stream(json.dumps(said("a\nb")).replace("\\n", "\n"), END, DONE)),
    Odd("an unescaped tab", Says("a\tb"), stream(json.dumps(said("a\tb")).replace("\\t", "\t"), END, DONE)),
    Odd(
        "an error on several lines",
        PASSING,
        event(said("It")) + json.dumps(error("The model is busy."), indent=2).encode(),
    ),
    Odd("an event of one field and several lines", Says(), event(json.dumps(said(), indent=1)) + stream(END, DONE)),
    Odd(
        "a page in the middle", Fails(BackendError, "not part of an answer"), event(said("It")) + b"<html>504</html>\n"
    ),
]

COMPLAINTS = [
    Odd("an error without content", Says(), stream(said() | {"error": {"code": 0, "message": ""}}, END, DONE)),
    Odd("a state of success", Says(), stream(said() | state(0, "success"), END | state(0, ""), DONE)),
    Odd("a state: rate", RATE, stream(state(1002, "rate limit"))),
    Odd("a state: key", KEY, stream(state(1004, "login fail: Please carry the API secret key"))),
    Odd(
        "a state: context",
        FULL,
        stream({"choices": None} | state(2013, "invalid params, context window exceeds limit")),
    ),
    Odd("a state: content", REFUSED, stream(state(1026, "input new_sensitive"))),
    Odd(
        "an unknown path with status 200 (LM Studio)",
        UNKNOWN,
        b'{"error": "Unexpected endpoint or method. (POST /chat/completions)"}',
    ),
    Odd("an unknown model in the stream", UNKNOWN, stream({"error": "model 'm' not found, try pulling it first"})),
    Odd("the key refused in the stream", KEY, stream(error("Invalid API key"))),
    failed(400, "<title>400 The plain HTTP request was sent to HTTPS port</title>", UNKNOWN),
    failed(400, error("Too many tokens, please wait before trying again."), RATE),
    failed(500, error("Unexpected end of stream"), PASSING),
    failed(500, error("do request for model m: context deadline exceeded"), PASSING),
    failed(403, error("Access to this model is prohibited."), Fails(ModelMisconfigured, "refuses the key")),
    failed(451, error("Unavailable."), REFUSED),
    *(
        failed(400, words, REFUSED)
        for words in (
            error("Content Exists Risk"),
            error("系统检测到输入或生成内容可能包含不安全或敏感内容", code="1301"),
            {"code": "InputTextSensitiveContentDetected", "message": "The request failed."},
            error("litellm.ContentPolicyViolationError: the response was filtered"),
            error("Violated guardrail policy"),
            error("Unsafe content detected in the prompt (S1)"),
        )
    ),
    *(
        failed(400, error(words), UNKNOWN)
        for words in ("m is not a valid model ID", "The provided model identifier is invalid.")
    ),
]

PROVIDERS = [*REASONS, *MESSAGES, *COUNTS, *FRAMES, *COMPLAINTS]
