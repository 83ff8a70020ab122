"""The marks at which a self-reply is cut: what a chat template writes where one speaker ends and the other begins.

A mark must be one that no ordinary text holds, or good answers would be cut. Two kinds are: a tag that is made like a
control token, as "<|im_start|>" and "<end_of_turn>" are, and the whole border before a user's message where it is full of
signs, as "</turn>\\n<turn>user" is. Plain words such as "User:" are none; a group that wants them names them in models.toml.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, stretches
from dialogue.messages import Message
from dialogue.models import SELF_REPLY_MARKERS

_TAG = re.compile(r"(<[^<>\s]+>|\[\|[^\[\]\s]+\|\]|\[/?[A-Z][A-Z_]+\])")
_LIKE_CONTROL = re.compile(r"[|\uff5c_]")
_OF_THOUGHTS = re.compile("think|thought|reason", re.IGNORECASE)
_TAGS_OF_AN_ANSWER = 2  # the end of one message and the beginning of the next; what follows may belong to thoughts
_SIGNS = frozenset("<>[]{}/|~^#:\uff5c")
_SIGNS_OF_A_MARK = 3
_TALK = [Message("user" if number % 2 == 0 else "assistant", "") for number in range(5)]


@lru_cache(maxsize=64)
def find_marks(template: ChatTemplate | None) -> tuple[str, ...]:
    """The marks of ``template``. The official two if it writes one of them, has none of its own, or cannot be read."""
    try:
        _, _, _, to_assistant, to_user, _ = stretches(template, _TALK) if template else [""] * 6
    except ModelMisconfigured:
        return SELF_REPLY_MARKERS
    if any(mark in to_user + to_assistant for mark in SELF_REPLY_MARKERS):
        return SELF_REPLY_MARKERS
    before_user, before_assistant = _openings(to_user, to_assistant)
    tags = _tags(before_user)
    marks = [*tags, *_tags(before_assistant)[:_TAGS_OF_AN_ANSWER]] if tags else _lines(to_user)
    return tuple(dict.fromkeys(marks)) or SELF_REPLY_MARKERS


def _openings(*borders: str) -> list[list[str]]:
    """The borders in pieces, without the tags and spaces that all of them end with: those follow the speaker's name."""
    pieces = [_TAG.split(border) for border in borders]
    while len(set(borders)) > 1 and all(pieces) and len({each[-1] for each in pieces}) == 1:
        pieces = [each[:-1] for each in pieces]
    return pieces


def _tags(pieces: Iterable[str]) -> list[str]:
    """The tags that are made like control tokens."""
    return [tag for tag in pieces if _TAG.fullmatch(tag) and _LIKE_CONTROL.search(tag) and not _OF_THOUGHTS.search(tag)]


def _lines(border: str) -> list[str]:
    """The whole border, and its last line, as far as no ordinary text holds them."""
    whole = border.strip()
    return [line for line in (whole, whole.rpartition("\n")[2]) if _is_rare(line)]


def _is_rare(line: str) -> bool:
    """Whether the line holds enough signs, and is more than a lone tag: that could be HTML."""
    return sum(letter in _SIGNS for letter in line) >= _SIGNS_OF_A_MARK and not _TAG.fullmatch(line)
