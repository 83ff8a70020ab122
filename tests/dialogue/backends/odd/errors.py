"""Servers' errors, with a status or in the middle of an answer."""

import gzip
import json
from typing import Any

from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from tests.dialogue.backends.odd.server import DONE, END, Fails, Odd, Says, said, stream

FULL = Fails(ContextFull, "no longer fits")
REFUSED = Fails(ContentRefused, "refuses this content")
RATE = Fails(BackendError, "limits the rate.*Lower `requests`")
KEY = Fails(ModelMisconfigured, "refuses the key.*Check `key_env`")
UNKNOWN = Fails(ModelMisconfigured, "does not know the model 'm'.*Check `model` and `base_url`")
SYSTEM = Fails(ModelMisconfigured, 'refuses system messages.*Set `system = "first_user"`')
BUSY = Fails(BackendError, "`requests = 1`")
PASSING = Fails(BackendError, "[Tt]ry again later")
HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def failed(status: int, body: object, gives: Fails, /, **headers: str) -> Odd:
    """Return a response with that status; a body other than bytes or text is sent as JSON."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return Odd(f"{status} {content[:60].decode(errors='replace')}", gives, content, status, lines)


def error(message: str, **more: object) -> dict[str, Any]:
    """Return an error in OpenAI's format."""
    return {"error": {"message": message, **more}}


def settings(words: str) -> Fails:
    """Return the expected result for settings that are not accepted."""
    return Fails(ModelMisconfigured, f"does not accept the settings.*{words}")


STATUSES = [
    failed(301, b"", Fails(ModelMisconfigured, "redirects to https://me.example/v1"), Location="https://me.example/v1"),
    failed(307, b"", Fails(ModelMisconfigured, "redirects to /elsewhere"), Location="/elsewhere"),
    failed(302, b"", Fails(ModelMisconfigured, "redirects to another address")),
    failed(401, error("Incorrect API key provided."), KEY),
    failed(401, b"", KEY),
    failed(403, HTML, KEY),
    failed(400, [error("API key not valid.", code=400, status="INVALID_ARGUMENT")], KEY),
    failed(402, error("Insufficient Balance"), RATE),
    failed(404, error("The model 'm' does not exist.", code="model_not_found"), UNKNOWN),
    failed(404, b"404 page not found", UNKNOWN),
    failed(405, {"detail": "Method Not Allowed"}, UNKNOWN),
    failed(400, error("model 'm' not found"), UNKNOWN),
    failed(408, b"", Fails(BackendError, "did not answer in time")),
    failed(409, error("Conflict."), PASSING),
    failed(418, b"short and stout", PASSING),
    failed(429, error("Rate limit reached on tokens per min.", code="rate_limit_exceeded"), RATE),
    failed(429, error("Slow down."), RATE, Retry_After="soon"),
    failed(429, error("Slow down."), RATE, Retry_After="-5"),
    failed(429, error("Slow down."), RATE, Retry_After="1e999"),
    failed(429, error("Slow down."), RATE, Retry_After="99999999999"),
    failed(500, b"", Fails(BackendError, "failed.*Try again later")),
    failed(502, HTML, Fails(BackendError, "a web page titled '502 Bad Gateway'.*Try again later")),
    failed(503, error("Loading model"), PASSING),
    failed(503, {"error": "server busy, please try again. maximum pending requests exceeded"}, BUSY),
    failed(503, {"detail": "slot unavailable"}, BUSY),
    failed(529, error("Overloaded", type="overloaded_error"), BUSY),
    failed(500, gzip.compress(b"{}", mtime=0)[:9], PASSING, Content_Encoding="gzip"),
    failed(500, b"no gzip", Fails(BackendError, "could not be read"), Content_Encoding="gzip"),
    failed(400, error("temperature must be at most 1"), settings("temperature must be at most 1")),
    failed(400, b"{", settings("")),
    failed(400, "null", settings("status 400")),
    failed(400, '[[[[[[[[[[[["deep"]]]]]]]]]]]]', settings("status 400")),
    failed(400, {"error": True}, settings("status 400")),
    failed(
        422,
        {"detail": [{"loc": ["body", "top_p"], "msg": "Input should be less than or equal to 1"}]},
        settings("top_p: Input"),
    ),
    failed(400, "\x00\r\nA\u2028line", settings("A line")),
]

REFUSALS = [
    failed(
        400,
        error(
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
            code="content_filter",
        ),
        REFUSED,
    ),
    failed(400, error("Your request was rejected as a result of our safety system."), REFUSED),
    failed(400, error("Output data may contain inappropriate content.", code="data_inspection_failed"), REFUSED),
    failed(
        403, error('Your chosen model requires moderation and your input was flagged for "violence"', code=403), REFUSED
    ),
    failed(
        400,
        error(
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy.", code="invalid_prompt"
        ),
        REFUSED,
    ),
    failed(422, {"detail": "Blocked by content filter"}, REFUSED),
    Odd("refused in the middle", REFUSED, stream(said("It is "), error("Blocked", code="content_filter"), DONE)),
]

SYSTEMS = [
    failed(
        400, error("Developer instruction is not enabled for models/gemma-3-27b-it", status="INVALID_ARGUMENT"), SYSTEM
    ),
    failed(400, error("Unsupported value: 'messages[0].role' does not support 'system' with this model."), SYSTEM),
    failed(500, error("Jinja Exception: System role not supported"), SYSTEM),
    failed(400, error("Conversation roles must alternate user/assistant/user/assistant/..."), SYSTEM),
    failed(
        422,
        {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Input should be 'user' or 'assistant'"}]},
        SYSTEM,
    ),
    failed(400, error("invalid role: system"), SYSTEM),
    failed(400, error("Invalid value: 'system'. Supported values are: 'user' and 'assistant'."), SYSTEM),
    failed(400, error('Unexpected role "system". The Messages API accepts a top-level `system` parameter.'), SYSTEM),
    failed(400, error("Only user, assistant and tool roles are supported!"), SYSTEM),
    failed(400, error("A conversation must start with a user message."), SYSTEM),
    failed(400, error('messages: first message must use the "user" role'), SYSTEM),
    failed(400, error("Message role must be one of: user, assistant"), SYSTEM),
]

IN_THE_MIDDLE = [
    Odd("an error as text", PASSING, stream(said("It is "), {"error": "upstream went away"}, DONE)),
    Odd(
        "a code of 5,000 digits",
        PASSING,
        stream(said("It is "), error("It failed.", code="000000450" + "0" * 5000), DONE),
    ),
    Odd("an error as an object", PASSING, stream(said("It is "), error("upstream went away", code=502), DONE)),
    Odd(
        "an error with an object beside",
        PASSING,
        stream({"object": "error", "message": "Internal", "code": 50001}, DONE),
    ),
    Odd(
        "an error of Anthropic",
        BUSY,
        b"event: error\n" + stream({"type": "error", "error": error("Overloaded", code=529)["error"]}),
    ),
    Odd(
        "an error in the choice",
        PASSING,
        stream(said("It"), {"choices": [{"error": {"message": "lost"}, "finish_reason": "error"}]}),
    ),
    Odd("an error that is plain text", PASSING, b"data: error: worker died\n\n"),
    Odd("an error with status 200", RATE, json.dumps(error("Too many requests.", code=429)).encode()),
    Odd("a detail with status 200", Fails(BackendError, "Not ready"), b'{"detail": "Not ready"}'),
    Odd(
        "a context that the answer fills",
        Says("It is ", "length"),
        stream(said("It is "), error("Context size has been exceeded.", code=500)),
    ),
    Odd("a full context in a stream", FULL, stream(error("Context size has been exceeded.", code=500))),
    Odd("an error after the end", Fails(BackendError, "wrong"), stream(error("wrong"), said(), END, DONE)),
]

ERRORS = [*STATUSES, *REFUSALS, *SYSTEMS, *IN_THE_MIDDLE]
