"""A server's error messages, wherever they are in its answer."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.backends.openai.repeats import NO_ADVICE, Advice

_SPOKEN = (
    "message", "msg", "detail", "details", "error", "errors", "title", "description", "error_description", "error_msg",
    "reason", "metadata", "raw", "innererror", "cause", "issues", "base_resp", "status_msg",
)  # fmt: skip
"""Keys in which servers put error messages; any other key may repeat a person's words."""
_KINDS = ("code", "type", "error_type", "status")
_LONGEST = 200
_READ = 1500
"""Number of characters that are searched for a meaning."""
_DEEPEST = 6
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_STATUS = re.compile("[45][0-9]{2}")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Complaint:
    """``words`` are the server's, ``kinds`` its codes and types, and ``names`` the parts of the request that it refers to."""

    status: int | None
    words: str
    kinds: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @property
    def brief(self) -> str:
        """Return the words, shortened to a sentence."""
        said_nothing = f"status {self.status}" if self.status else "no details given"
        return self.words.rstrip(". ")[:_LONGEST] or said_nothing


class Complained(Exception):
    """A server sent an error instead of an answer. Never leaves the backend."""

    def __init__(self, complaint: Complaint, advice: Advice = NO_ADVICE) -> None:
        super().__init__(complaint.brief)
        self.complaint = complaint
        self.advice = advice


def read_complaint(status: int | None, body: str, secret: str = "") -> Complaint:
    """Read a response with this status and body. ``secret`` is hidden wherever the server repeats it."""
    try:
        return complaint_of(json.loads(body, strict=False), status, secret)
    except (ValueError, RecursionError):
        return Complaint(status, told(_page_words(body) if body.lstrip().startswith("<") else body, secret))


def complaint_of(body: object, status: int | None = None, secret: str = "") -> Complaint:
    """Read the complaint in a JSON value; its codes may contain a status."""
    found = list(_walk(body))
    kinds = frozenset(kind for each in found for kind in each.kinds)
    codes = [int(kind) for kind in kinds if _STATUS.fullmatch(kind)]
    words = dict.fromkeys(each.words for each in found if each.words)
    names = frozenset(name for each in found for name in each.names)
    return Complaint(status or (codes[0] if codes else None), told("; ".join(words), secret), kinds, names)


def complaint_in(chunk: Mapping[str, Any], secret: str = "") -> Complaint | None:
    """Return the complaint if ``chunk`` is one instead of a piece of an answer."""
    choices = chunk.get("choices")
    for place in (chunk, *(choices if isinstance(choices, list) else [])):
        if isinstance(place, Mapping) and _is_said(place.get("error")):
            return complaint_of(place, None, secret)
    state = chunk.get("base_resp")  # MiniMax's
    is_error = "error" in (chunk.get("object"), chunk.get("type")) or (
        isinstance(state, Mapping) and bool(state.get("status_code"))
    )
    message = chunk.get("message")
    is_other = not choices and (chunk.get("detail") or (isinstance(message, str) and message))
    return complaint_of(chunk, None, secret) if is_error or is_other else None


def _is_said(error: object) -> bool:
    """Return whether there is an error: some servers add one without content to every chunk."""
    return any(error.values()) if isinstance(error, Mapping) else bool(error)


def _walk(value: object, depth: int = 0) -> Iterator[Complaint]:
    """Yield the complaints in a JSON value, the outermost first. A text may contain another server's answer as JSON."""
    if depth > _DEEPEST:
        return
    match value:
        case str():
            yield from _inside(value, depth)
        case list():
            for one in value[:20]:
                yield from _walk(one, depth + 1)
        case dict():
            kinds = frozenset(str(value[key]).lower() for key in _KINDS if isinstance(value.get(key), str | int))
            names, prefix = _names(value)
            yield Complaint(None, "", kinds, names)
            for key in _SPOKEN:
                for each in _walk(value.get(key), depth + 1):
                    yield Complaint(None, f"{prefix}{each.words}" if each.words else "", each.kinds, each.names)


def _inside(text: str, depth: int) -> Iterator[Complaint]:
    if text.lstrip().startswith(("{", "[")):
        try:
            yield from _walk(json.loads(text), depth + 1)
        except (ValueError, RecursionError):
            yield Complaint(None, text)
    else:
        yield Complaint(None, _page_words(text) if text.lstrip().startswith("<") else text)


def _names(value: Mapping[str, Any]) -> tuple[frozenset[str], str]:
    """Return the parts of the request that are meant, and the beginning of a sentence about them."""
    place = value.get("loc") or value.get("path")
    path = [str(part) for part in place if part != "body"] if isinstance(place, list) else []
    named = value.get("param")
    names = [*path, *([named] if isinstance(named, str) else [])]
    return frozenset(names), f"{'.'.join(path)}: " if path else ""


def _page_words(page: str) -> str:
    title = _TITLE.search(page[:20_000])
    return f"a web page titled {title[1].strip()[:80]!r}" if title else "a web page"


def told(words: str, secret: str) -> str:
    """Return a server's words on one line, without the key, which some servers repeat."""
    hidden = words.replace(secret, "[key]") if len(secret) > 4 else words
    return _BLANK.sub(" ", hidden[:_READ]).strip()
