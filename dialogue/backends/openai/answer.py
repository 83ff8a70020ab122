"""An answer as it arrives, chunk by chunk. Reading a chunk never raises, whatever a server puts into it.

Servers differ in where they put text (``delta``, ``message``, ``text``; a string or a list of parts), in the names of the
reasons why an answer ended, and in whether and where they count tokens.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from dialogue.backends.base import Reply
from dialogue.backends.openai.thoughts import thought_of

Finish = Literal["stop", "length", "full", "refused", "failed"]

_FINISHES: tuple[tuple[Finish, re.Pattern[str]], ...] = (
    ("full", re.compile("context")),
    (
        "refused",
        re.compile(
            "content.?filter|refus|safety|recitation|blocklist|prohibited|spii|sensitive|guardrail|toxic|moderation"
        ),
    ),
    ("length", re.compile(r"length|max\w*tokens|token.?limit|error.?limit")),
    ("failed", re.compile("error|abort|cancel|fail|time.?out|insufficient|load.?shedding|overload|malformed")),
)
"""The meaning of a reason, by the first pattern found in it; any other word means a normal stop."""
_NO_REASONS = {"", "null", "none"}
_TOOL_REASONS = {"tool_calls", "function_call", "tool_use"}

_USAGES = ("usage", "usage_metadata", "usageMetadata")
_PROMPT_COUNTS = ("prompttokens", "inputtokens", "prompttokencount", "inputtokencount", "promptevalcount")
_COMPLETION_COUNTS = (
    "completiontokens", "outputtokens", "candidatestokencount", "outputtokencount", "generatedtokens", "evalcount",
)  # fmt: skip
_THOUGHT_COUNTS = ("reasoningtokens", "thoughtstokencount")
_CACHED_COUNTS = ("cachedtokens", "promptcachehittokens", "cachedcontenttokencount")
_TOTAL_COUNTS = ("totaltokens", "totaltokencount")
"""Names of counts, in lower case and without underscores."""
_MOST_TOKENS = 2**31 - 1
_MOST_LEVELS = 20
"""Maximum levels of parts within parts; servers use two."""


@dataclass(slots=True)
class Answer:
    """An answer so far. Counts are the provider's, None if it gives none: not all servers send one token per piece.

    ``unsent`` names the settings that were not sent; ``is_alone`` is False once this process has sent the server another
    request in the meantime. ``is_message``: the server sent a whole message instead of streaming. ``finish`` is "full" if the
    context was.
    """

    max_tokens: int
    unsent: tuple[str, ...] = ()
    is_alone: bool = True
    is_done: bool = False
    is_message: bool = False
    finish: Finish | None = None
    has_called_tools: bool = False
    refusal: str = ""
    pieces: list[str] = field(default_factory=list)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thoughts: str = ""
    thought_tokens: int | None = None
    cached_tokens: int | None = None
    total_tokens: int | None = None
    start: float = field(default_factory=perf_counter)
    first: float | None = None
    _choice: object = None
    _half: str = ""
    _told: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def size(self) -> int:
        """Return its length in tokens, estimated from its characters if the provider does not count."""
        return self.completion_tokens or (len(self.text) + len(self.thoughts)) // 4

    def add(self, chunk: dict[str, Any]) -> str:
        """Add the content of ``chunk``. Return the text that it adds."""
        self._count(chunk)
        choice = self._chosen(chunk.get("choices"))
        is_whole = "message" in choice and "delta" not in choice
        self.is_message |= is_whole
        self.is_done |= chunk.get("object") == "chat.completion" and "message" in choice
        reason = _reason(choice)
        self.finish = _later(self.finish, _finish(reason))
        delta = _spoken(choice, has_begun=self.first is not None)
        self._hear_thought(delta, is_whole=is_whole)
        refusal = delta.get("refusal")
        self.refusal += refusal if isinstance(refusal, str) else ""
        self.has_called_tools |= bool(delta.get("tool_calls") or delta.get("function_call") or reason in _TOOL_REASONS)
        said = _text(delta.get("content")) or _text(choice.get("text"))
        return "" if is_whole and said == self.text else self._say(said)

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
            stop_reason="length" if self.finish in ("length", "full") or is_at_limit else "stop",
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self._written_tokens,
            first_token_seconds=(self.first or end) - self.start,
            seconds=end - self.start,
            unsent=self.unsent,
            thought_tokens=self.thought_tokens,
            cached_tokens=self.cached_tokens,
        )

    @property
    def _written_tokens(self) -> int | None:
        """Return the answer's tokens including thoughts, which some providers count only in the total."""
        if self.prompt_tokens is None or self.completion_tokens is None or self.thought_tokens is None:
            return self.completion_tokens
        with_thoughts = self.completion_tokens + self.thought_tokens
        is_apart = self.total_tokens == self.prompt_tokens + with_thoughts
        return with_thoughts if is_apart else self.completion_tokens

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
        for usage in map(_plain, _usages(chunk)):
            self.prompt_tokens = _counted(usage, _PROMPT_COUNTS, self.prompt_tokens)
            self.completion_tokens = _counted(usage, _COMPLETION_COUNTS, self.completion_tokens)
            self.total_tokens = _counted(usage, _TOTAL_COUNTS, self.total_tokens)
            self.thought_tokens = _counted(_with(usage, "completion", "output"), _THOUGHT_COUNTS, self.thought_tokens)
            self.cached_tokens = _counted(_with(usage, "prompt", "input"), _CACHED_COUNTS, self.cached_tokens)

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


def _spoken(choice: dict[str, Any], *, has_begun: bool) -> dict[str, Any]:
    """Return the model's message in this choice: a part of it, or all of it if the server does not stream.

    Some servers send an empty part in addition to the whole message, which counts unless the answer ``has_begun``.
    """
    is_part = "delta" in choice and (choice["delta"] or has_begun)
    said = choice.get("delta") if is_part else choice.get("message")
    return said if isinstance(said, dict) else {"content": said}


def _text(content: object, levels: int = _MOST_LEVELS) -> str:
    """Return the text in ``content``: the string itself, or the text of its parts. Other kinds of parts are ignored."""
    match content:
        case None | bool():
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


def _reason(choice: dict[str, Any]) -> str:
    """Return the server's word for why the answer ended, in lower case; empty if it gives none."""
    reason = choice.get("finish_reason") or choice.get("finishReason")
    word = reason.get("type") if isinstance(reason, dict) else reason
    return word.lower() if isinstance(word, str) and word.lower() not in _NO_REASONS else ""


def _finish(reason: str) -> Finish | None:
    return next((finish for finish, words in _FINISHES if words.search(reason)), "stop") if reason else None


def _later(known: Finish | None, told: Finish | None) -> Finish | None:
    """Note why the answer ended. The first reason counts, unless a filter refuses the answer later."""
    return told if known is None or told == "refused" else known


def _usages(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the places where servers put their counts, the chunk's own last."""
    choices = chunk.get("choices")
    places = [*(choices if isinstance(choices, list) else []), chunk.get("x_groq"), chunk]
    for place in places:
        if isinstance(place, dict):
            yield from (one for one in (*map(place.get, _USAGES), place) if isinstance(one, dict))


def _plain(usage: dict[str, Any]) -> dict[str, Any]:
    """Return ``usage`` with its names in lower case and without underscores."""
    return {name.replace("_", "").lower(): value for name, value in usage.items()}


def _with(usage: dict[str, Any], *kinds: str) -> dict[str, Any]:
    """Return ``usage`` with the details that it gives on the first of these kinds of tokens."""
    details = next((found for kind in kinds if (found := usage.get(f"{kind}tokensdetails"))), None)
    return usage | (_plain(details) if isinstance(details, dict) else {})


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
