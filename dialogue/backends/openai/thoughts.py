"""The thoughts that OpenAI-compatible servers send in addition to an answer.

``reasoning_content`` is DeepSeek's name, and that of llama-server, SGLang and older vLLM; ``reasoning`` that of OpenRouter,
Ollama and newer vLLM; ``reasoning_text`` that of GitHub. ``reasoning_details`` is OpenRouter's list of parts, and
``thinking_blocks`` LiteLLM's. Mistral and Bedrock send them as parts of the content. A server that uses several names sends
the same text under each.
"""

import re
from collections.abc import Iterator
from typing import Any

from dialogue.thought_events import Opened
from dialogue.thought_marks import KINDS

_NAMES = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
_TEXTS = ("text", "summary", "thinking", "reasoning", "reasoning_content", "content")
_PARTS = ("reasoning_details", "thinking_blocks", "content")
_MOST_LEVELS = 20
"""Maximum levels of parts within parts; servers use two."""
_THINKERS = re.compile(r"\b(r1|qwq|thinking|reasoner|reasoning|magistral)\b|deepseek-r1", re.IGNORECASE)


def thought_of(message: dict[str, Any]) -> str:
    """Return what ``message``, a delta or a whole one, contains of the model's thoughts; anything but text is ignored."""
    for name in _NAMES:
        found = message.get(name)
        if isinstance(found, str) and found:
            return found
    found = ("".join(_thoughts(_list(message.get(name)))) for name in _PARTS)
    return next((thought for thought in found if thought), "")


def likely_thought(model: str) -> Opened | None:
    """Return the thought with which a model of that name probably begins, if its server does not separate thoughts."""
    return Opened(KINDS[0], is_certain=False) if _THINKERS.search(model.replace("_", "-")) else None


def _thoughts(parts: list[Any]) -> Iterator[str]:
    for part in filter(_is_thought, parts):
        yield from _texts(part)


def _is_thought(part: Any) -> bool:
    kind = part.get("type") if isinstance(part, dict) else None
    return isinstance(kind, str) and kind.startswith(("reasoning", "thinking"))


def _texts(part: Any, levels: int = _MOST_LEVELS) -> Iterator[str]:
    """Yield the texts in a part, which may contain further parts (Mistral)."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict) and levels:
        for name in _TEXTS:
            for inner in _list(part.get(name)) or [part.get(name)]:
                yield from _texts(inner, levels - 1)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
