"""Search for marks in an arriving output, in the spellings that models use.

Letters may be upper or lower case. A tag may have attributes or spaces, as in "<think time=3>", and a channel may name a
recipient and a format, as in "<|channel|>commentary to=user <|constrain|>json<|message|>".
"""

import re
from collections.abc import Iterable

_HEAD = re.compile(r"</?\w[\w:|]*\w(?=>)|<\|channel\|>\w+(?=<)")
"""The beginning of a mark that may continue in several ways."""
_ATTRIBUTE = r"(?:\s{1,4}[\w:-]{1,30}=[^<>]{0,60})?\s{0,4}"
_RECIPIENT = r"(?:\s[^<>]{0,60})?(?:<\|constrain\|>\w{0,20})?"
_UNFINISHED = r"[^<>]{0,99}(?:<[|\w]{0,12}>?\w{0,20}){0,2}\Z"
"""What may come between the beginning and the end of a mark. Other text may match, too, and is then only held back longer."""
_LONGEST = 200
_FLAGS = re.IGNORECASE | re.ASCII


class Finder:
    """Finds ``marks`` and text that may become one."""

    def __init__(self, marks: Iterable[str]) -> None:
        self._marks = sorted(marks)
        heads = {head[0] for mark in self._marks if (head := _HEAD.match(mark))}
        first = re.escape("".join({mark[0] for mark in self._marks}))
        self._pattern = re.compile(f"(?=[{first}])(?:" + "|".join(map(_spellings, self._marks)) + ")", _FLAGS)
        self._unfinished = re.compile(f"(?:{'|'.join(map(re.escape, heads)) or '(?!)'})" + _UNFINISHED, _FLAGS)
        self._beginnings = beginnings(mark.lower() for mark in self._marks)
        self._longest = max(map(len, self._marks)) - 1

    def search(self, text: str, position: int = 0) -> "re.Match[str] | None":
        return self._pattern.search(text, position)

    def name(self, found: "re.Match[str]") -> str:
        """Return the mark in the spelling of the list of marks."""
        return self._marks[(found.lastindex or 0) - 1]

    def last(self, text: str) -> str:
        """Return the last mark in ``text``, empty if there is none."""
        return next((self.name(found) for found in reversed(list(self._pattern.finditer(text)))), "")

    def pending(self, text: str, position: int) -> int:
        """Return how many characters at the end of ``text``, from ``position`` on, may be the beginning of a mark."""
        end = text[max(position, len(text) - _LONGEST) :]
        if found := self._unfinished.search(end):
            return len(end) - found.start()
        most = min(self._longest, len(end))
        return next((length for length in range(most, 0, -1) if end[-length:].lower() in self._beginnings), 0)


def beginnings(marks: Iterable[str]) -> frozenset[str]:
    """Return the proper prefixes of ``marks``: a text that ends in one may continue as a mark."""
    return frozenset(mark[:length] for mark in marks for length in range(1, len(mark)))


def _spellings(mark: str) -> str:
    head = _HEAD.match(mark)
    if not head:
        return f"({re.escape(mark)})"
    between = _RECIPIENT if "|" in mark[:2] else _ATTRIBUTE
    return f"({re.escape(head[0])}{between}{re.escape(mark[head.end() :])})"
