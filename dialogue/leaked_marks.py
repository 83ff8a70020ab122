"""Marks of chat templates within a text that a speaker sends."""

import re

_INDENT = r"^[^\S\n]*"
"""White space at the beginning of a line, without line breaks: from each blank line, those would be searched again."""
_MARKS = re.compile(
    r"<\|[^|<>\s]{1,40}\|?>|\[/?INST\]|<</?SYS>>|</?s>|</?(start|end)_of_turn>|</?think(ing)?>"
    rf"|{_INDENT}#{{2,3}} ?(human|user|assistant|instruction|response|system)\b"
    rf"|{_INDENT}(human|user|assistant|system|inquirer|responder):",
    re.IGNORECASE | re.MULTILINE,
)


def find_leak(text: str, marks: tuple[str, ...] = ()) -> str:
    """Return a mark of a chat template in the text: one of ``marks``, or one that common templates use; empty if none."""
    if found := _MARKS.search(text):
        return found[0].strip()
    return next((mark for mark in marks if mark.strip() and mark in text), "")


def has_marks(text: str, marks: tuple[str, ...] = ()) -> bool:
    """Return whether the text contains a mark of a chat template."""
    return bool(find_leak(text, marks))
