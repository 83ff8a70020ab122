"""Requests to an OpenAI-compatible API, and its address."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from dialogue.backends.base import Sampling
from dialogue.backends.openai.settings import settings_for
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

OPENAI_URL = "https://api.openai.com/v1"

_BEYOND_THE_LIBRARY = ("top_k", "repeat_penalty", "repetition_penalty")
"""Settings for which the library has no argument."""


def address(spec: ModelSpec) -> str:
    """Return the address of the model's server. It never comes from the environment: only models.toml decides where texts
    go."""
    return spec.base_url or OPENAI_URL


def is_openai(spec: ModelSpec) -> bool:
    """Return whether it is OpenAI's or Azure's service, whose settings differ from those of compatible servers."""
    return spec.api == "azure" or urlsplit(address(spec)).hostname == urlsplit(OPENAI_URL).hostname


def completion_request(
    spec: ModelSpec, messages: Sequence[Message], sampling: Sampling, left_out: Collection[str] = ()
) -> dict[str, Any]:
    """Return the arguments of a chat completion, streamed if possible, without the settings ``left_out``."""
    settings = settings_for(sampling, is_openai=is_openai(spec), left_out=left_out)
    extra = {name: settings.pop(name) for name in _BEYOND_THE_LIBRARY if name in settings}
    return {
        "model": spec.model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        **settings,
        **({} if "stream" in left_out else _streaming(left_out)),
        **({"response_format": _format(sampling.schema)} if sampling.schema else {}),
        **({"extra_body": extra} if extra else {}),
    }


def _format(schema: str) -> dict[str, Any]:
    """Return the standard's way of asking for an output that follows a schema."""
    described = {"name": "answer", "strict": True, "schema": json.loads(schema)}
    return {"type": "json_schema", "json_schema": described}


def _streaming(left_out: Collection[str]) -> dict[str, Any]:
    return {"stream": True} | ({} if "stream_options" in left_out else {"stream_options": {"include_usage": True}})


def unchecked(request: dict[str, Any]) -> dict[str, Any]:
    """Return the request with its messages where the library sends them as they are: checking their types takes longer than all
    the rest of a request."""
    extra = request.get("extra_body", {})
    return request | {"messages": [], "extra_body": {"messages": request["messages"], **extra}}


def sent_settings(request: dict[str, Any]) -> list[str]:
    """Return the names of the settings in a request."""
    names = (*request, *request.get("extra_body", ()))
    return [name for name in names if name not in ("model", "messages", "extra_body")]
