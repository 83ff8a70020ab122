"""An answer as it arrives, chunk by chunk. Reading a chunk never raises, whatever a server puts into it.

Servers differ in where they put text (``delta``, ``message``, ``text``; a string or a list of parts), in the names of the
reasons why an answer ended, and in whether and where they count tokens.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from dialogue.backends.base import Reply
from dialogue.backends.openai.thoughts import thought_of

Finish = Literal["stop", "length", "refused", "failed"]

_FINISHES: dict[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "max_length": "length",
    "model_length": "length",
    "token_limit": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "refused",
    "content_filtered": "refused",
    "refusal": "refused",
    "safety": "refused",
    "recitation": "refused",
    "blocklist": "refused",
    "prohibited_content": "refused",
    "spii": "refused",
    "sensitive": "refused",
    "error": "failed",
    "abort": "failed",
    "aborted": "failed",
    "cancelled": "failed",
    "canceled": "failed",
    "failed": "failed",
    "network_error": "failed",
    "insufficient_system_resource": "failed",
    "load_shedding": "failed",
}
"""The meaning of a reason; any other word means a normal stop."""
_NO_REASONS = {"", "null", "none"}

_PROMPT_COUNTS = ("prompt_tokens", "input_tokens", "prompt_token_count", "prompt_eval_count")
_COMPLETION_COUNTS = ("completion_tokens", "output_tokens", "candidates_token_count", "generated_tokens", "eval_count")
_THOUGHT_COUNTS = ("reasoning_tokens", "thoughts_token_count")
_MOST_TOKENS = 2**31 - 1
_MOST_LEVELS = 20
"""Maximum levels of parts within parts; servers use two."""


@dataclass(slots=True)
class Answer:
    """An answer so far. Counts are the provider's, None if it gives none: not all servers send one token per piece.

    ``unsent`` names the settings that were not sent; ``is_alone`` is False once this process has asked the server for
    something else meanwhile.
    """

    max_tokens: int
    unsent: tuple[str, ...] = ()
    is_alone: bool = True
    is_done: bool = False
    finish: Finish | None = None
    has_called_tools: bool = False
    refusal: str = ""
    pieces: list[str] = field(default_factory=list)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thoughts: str = ""
    thought_tokens: int | None = None
    start: float = field(default_factory=perf_counter)
    first: float | None = None
    _choice: object = None
    _half: str = ""
    _told: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def add(self, chunk: dict[str, Any]) -> str:
        """Add the content of ``chunk``. Return the text that it adds."""
        self._count(chunk)
        choice = self._chosen(chunk.get("choices"))
        self.is_done |= chunk.get("object") == "chat.completion" and "message" in choice
        self.finish = _later(self.finish, _finish(choice))
        delta = _spoken(choice)
        self._hear_thought(delta, is_whole="delta" not in choice)
        refusal = delta.get("refusal")
        self.refusal += refusal if isinstance(refusal, str) else ""
        self.has_called_tools |= bool(delta.get("tool_calls") or delta.get("function_call"))
        said = _text(delta.get("content")) or _text(choice.get("text"))
        is_repeated = "delta" not in choice and "message" in choice and said == self.text
        return "" if is_repeated else self._say(said)

    def untold_thought(self) -> str:
        """Return the model's thoughts since the last call."""
        told, self._told = self._told, len(self.thoughts)
        return self.thoughts[told:]

    def close(self) -> str:
        """Return the text that was held back, at the end of the answer."""
        half, self._half = self._half, ""
        return self._keep(_joined(half))

    def reply(self) -> Reply:
        end = perf_counter()
        is_at_limit = self.finish is None and (self.completion_tokens or 0) >= self.max_tokens
        return Reply(
            text=self.text,
            stop_reason="length" if self.finish == "length" or is_at_limit else "stop",
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            first_token_seconds=(self.first or end) - self.start,
            seconds=end - self.start,
            unsent=self.unsent,
            thought_tokens=self.thought_tokens,
        )

    def _chosen(self, choices: object) -> dict[str, Any]:
        """Return the choice that this answer follows: the first one seen, if a server sends several."""
        for choice in choices if isinstance(choices, list) else []:
            if isinstance(choice, dict):
                index = choice.get("index") or 0
                self._choice = index if self._choice is None else self._choice
                if index == self._choice:
                    return choice
        return {}

    def _count(self, chunk: dict[str, Any]) -> None:
        for usage in _usages(chunk):
            self.prompt_tokens = _counted(usage, _PROMPT_COUNTS, self.prompt_tokens)
            self.completion_tokens = _counted(usage, _COMPLETION_COUNTS, self.completion_tokens)
            details = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
            self.thought_tokens = _counted(
                usage | (details if isinstance(details, dict) else {}), _THOUGHT_COUNTS, self.thought_tokens
            )

    def _hear_thought(self, delta: dict[str, Any], *, is_whole: bool) -> None:
        """Add the thought in ``delta``, unless a whole message repeats what was streamed."""
        thought = _joined(thought_of(delta))
        if thought and not (is_whole and thought == self.thoughts):
            self.first = self.first or perf_counter()
            self.thoughts += thought

    def _say(self, text: str) -> str:
        """Return ``text`` as it can be shown: halves of a surrogate pair that arrive separately are joined."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return self._keep(_joined(text.removesuffix(self._half)))

    def _keep(self, text: str) -> str:
        if text:
            self.first = self.first or perf_counter()
            self.pieces.append(text)
        return text


def _spoken(choice: dict[str, Any]) -> dict[str, Any]:
    """Return the model's message in this choice: a part of it, or all of it if the server does not stream."""
    said = choice.get("delta") if "delta" in choice else choice.get("message")
    return said if isinstance(said, dict) else {"content": said}


def _text(content: object, levels: int = _MOST_LEVELS) -> str:
    """The text in ``content``: itself, or that of its parts. Parts of another kind are no text."""
    match content:
        case None:
            return ""
        case str():
            return content
        case list() | dict() if not levels:
            return ""
        case list():
            return "".join(_text(part, levels - 1) for part in content)
        case {"type": str(kind)} if kind not in ("text", "output_text"):
            return ""
        case dict():
            return _text(content.get("text"), levels - 1)
        case _:
            return json.dumps(content)


def _joined(text: str) -> str:
    """Return ``text`` with surrogate pairs joined, and single surrogates made visible."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if text else ""


def _finish(choice: dict[str, Any]) -> Finish | None:
    reason = choice.get("finish_reason")
    if not isinstance(reason, str) or reason.lower() in _NO_REASONS:
        return None
    return _FINISHES.get(reason.lower(), "stop")


def _later(known: Finish | None, told: Finish | None) -> Finish | None:
    """Note why the answer ended. The first reason counts, unless a filter refuses the answer later."""
    return told if known is None or told == "refused" else known


def _usages(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the places where servers put their counts, the chunk's own last."""
    choices = chunk.get("choices")
    places = [*(choices if isinstance(choices, list) else []), chunk.get("x_groq"), chunk]
    for place in places:
        if isinstance(place, dict):
            yield from (one for one in (place.get("usage"), place) if isinstance(one, dict))


def _counted(usage: dict[str, Any], names: tuple[str, ...], known: int | None) -> int | None:
    found = (_number(usage.get(name)) for name in names)
    return next((number for number in found if number is not None), known)


def _number(value: object) -> int | None:
    """Return a count of tokens, or None for anything else: some servers that do not count send 0."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_TOKENS
    return value if is_count and isinstance(value, int) else None
