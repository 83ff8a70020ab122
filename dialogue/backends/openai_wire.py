"""What an OpenAI-compatible API is sent, and what comes back.

OpenAI and Azure know ``max_completion_tokens`` only, and their newer models refuse any temperature but their default,
so there a setting is sent when it differs from the default. Other servers know ``max_tokens`` and have defaults of
their own, so they are told everything that the standard has a name for; ``top_k`` and ``repeat_penalty``, for which it
has none, are sent when they are switched on (llama-server says ``repeat_penalty``, vLLM ``repetition_penalty``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from openai.types.chat import ChatCompletionChunk

from dialogue.backends.base import Reply, Sampling
from dialogue.messages import Message
from dialogue.models import ModelSpec

OPENAI_URL = "https://api.openai.com/v1"


def address(spec: ModelSpec) -> str:
    """Where the model is asked. Never taken from the environment, so that a description says where texts go."""
    return spec.base_url or OPENAI_URL


def completion_request(spec: ModelSpec, messages: Sequence[Message], sampling: Sampling) -> dict[str, Any]:
    """The arguments of a streamed chat completion."""
    return {
        "model": spec.model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "seed": sampling.seed,
        "stream": True,
    } | (_for_openai(sampling) if _is_openai(spec) else _for_compatible(sampling))


def _is_openai(spec: ModelSpec) -> bool:
    return spec.api == "azure" or urlsplit(address(spec)).hostname == urlsplit(OPENAI_URL).hostname


def _for_openai(sampling: Sampling) -> dict[str, Any]:
    choices = {"temperature": sampling.temperature, "top_p": sampling.top_p}
    changed = {name: value for name, value in choices.items() if value != 1}
    return {"max_completion_tokens": sampling.max_tokens} | changed


def _for_compatible(sampling: Sampling) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if sampling.top_k:
        extra["top_k"] = sampling.top_k
    if sampling.repeat_penalty != 1:
        extra["repeat_penalty"] = extra["repetition_penalty"] = sampling.repeat_penalty
    return {
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "extra_body": extra,
    }


@dataclass(slots=True)
class Answer:
    """An answer as it comes in.

    Token counts are the provider's, None where it sends none: pieces are not tokens everywhere.
    """

    start: float = field(default_factory=perf_counter)
    first: float | None = None
    pieces: list[str] = field(default_factory=list)
    finish: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def add(self, chunk: ChatCompletionChunk) -> str:
        """Takes in what ``chunk`` says; returns the text that it adds."""
        if chunk.usage:
            self.prompt_tokens, self.completion_tokens = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
        if not chunk.choices:
            return ""
        self.finish = chunk.choices[0].finish_reason or self.finish
        piece = chunk.choices[0].delta.content or ""
        if piece:
            self.first = self.first or perf_counter()
            self.pieces.append(piece)
        return piece

    def reply(self) -> Reply:
        end = perf_counter()
        return Reply(
            text="".join(self.pieces),
            stop_reason="length" if self.finish == "length" else "stop",
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            first_token_seconds=(self.first or end) - self.start,
            seconds=end - self.start,
        )
