"""The marks at which a self-reply is cut: the text that a chat template writes between two speakers.

A mark must not occur in ordinary text, or good answers would be cut. There are two kinds: a tag that looks like a control
token, such as "<|im_start|>" or "<end_of_turn>", and the whole border before a user's message if it has enough symbols, such
as "</turn>\\n<turn>user". Plain words such as "User:" are not marks unless models.toml names them.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, stretches
from dialogue.extraction import SELF_REPLY_MARKERS
from dialogue.messages import Message

_TAG = re.compile(r"(<[^<>\s]+>|\[\|[^\[\]\s]+\|\]|\[/?[A-Z][A-Z_]+\])")
_LIKE_CONTROL = re.compile(r"[|\uff5c_:]")
_OF_THOUGHTS = re.compile("think|thought|reason", re.IGNORECASE)
_TAGS_OF_AN_ANSWER = 2  # the end of one message and the beginning of the next; text after that may belong to thoughts
_SIGNS = frozenset("<>[]{}/|~^#:\uff5c")
_SIGNS_OF_A_MARK = 3
_TALK = [Message("user" if number % 2 == 0 else "assistant", "") for number in range(5)]
_TALKS = (_TALK, [Message("system", ""), *_TALK])
"""Histories to render, the second for templates that require a system message."""


@lru_cache(maxsize=64)
def find_marks(template: ChatTemplate | None) -> tuple[str, ...]:
    """Return the marks of ``template``: the official two if it writes one of them, has no marks, or cannot be read."""
    to_assistant, to_user = _borders(template) if template else ("", "")
    if any(mark in to_user + to_assistant for mark in SELF_REPLY_MARKERS):
        return SELF_REPLY_MARKERS
    before_user, before_assistant = _openings(to_user, to_assistant)
    tags = _tags(before_user)
    marks = [_led(to_user, tags[0]), *tags, *_tags(before_assistant)[:_TAGS_OF_AN_ANSWER]] if tags else _lines(to_user)
    return tuple(dict.fromkeys(marks)) or SELF_REPLY_MARKERS


def _borders(template: ChatTemplate) -> tuple[str, str]:
    """Return the text that the template writes before an answer and after it, empty if it cannot be read."""
    for talk in _TALKS:
        try:
            *_, to_assistant, to_user, _ = stretches(template, talk)
        except ModelMisconfigured:
            continue
        return to_assistant, to_user
    return "", ""


def _led(border: str, tag: str) -> str:
    """Return the tag with the text before it, such as the end token "</s>", which alone might be HTML."""
    return border[: border.find(tag) + len(tag)].strip()


def _openings(*borders: str) -> list[list[str]]:
    """Split the borders into pieces, without their common ending of tags and spaces, which follows the speaker's name."""
    pieces = [_TAG.split(border) for border in borders]
    while len(set(borders)) > 1 and all(pieces) and len({each[-1] for each in pieces}) == 1:
        pieces = [each[:-1] for each in pieces]
    return pieces


def _tags(pieces: Iterable[str]) -> list[str]:
    """Return the tags that look like control tokens."""
    return [tag for tag in pieces if _TAG.fullmatch(tag) and _LIKE_CONTROL.search(tag) and not _OF_THOUGHTS.search(tag)]


def _lines(border: str) -> list[str]:
    """Return the whole border and its last line, if they cannot occur in ordinary text."""
    whole = border.strip()
    return [line for line in (whole, whole.rpartition("\n")[2]) if _is_rare(line)]


def _is_rare(line: str) -> bool:
    """Return whether the line has enough symbols and is more than a single tag, which could be HTML."""
    return sum(letter in _SIGNS for letter in line) >= _SIGNS_OF_A_MARK and not _TAG.fullmatch(line)
