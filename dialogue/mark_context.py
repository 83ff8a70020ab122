"""The context of a mark in an output: whether it is quoted, in code, or only mentioned.

The context depends on the whole line before the mark, and on all code before it. An output may contain thousands of marks on
one line, so counts for one mark are reused for the next.
"""

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_SURE_PAIRS = {("'", "'"), ("‘", "’"), ("«", "»")}
_ANSWER_PAIRS = _SURE_PAIRS | {("„", "“"), ("‚", "‘"), ("‹", "›"), ("「", "」"), ("(", ")"), ("*", "*")}
"""Quotation marks in which an answer may mention a mark; a thought may end between other ones."""
_PAIRS = _SURE_PAIRS | {('"', '"'), ("`", "`"), ("“", "”")}
_IN_SENTENCE = re.compile(r"[\w,;:] [(*]{0,2}\Z"), re.compile(r" [a-z]")
_PUNCTUATED = re.compile(r"\S[ (*]{0,2}\Z"), re.compile(r"[,.;:!?)](?!\S)")
LOOKAHEAD = max(len(" a"), len(", "))
"""Number of characters after a mark that decide whether it is text."""

Found = re.Match[str]


@dataclass(slots=True)
class _Line:
    """A line, counted from ``start`` up to ``stop``."""

    start: int = 0
    stop: int = 0
    is_blank: bool = True
    backticks: int = 0
    quotes: int = 0
    is_curly_open: bool = False

    @property
    def has_open_quote(self) -> bool:
        return self.backticks % 2 == 1 or self.quotes % 2 == 1 or self.is_curly_open

    def read(self, text: str, position: int, earliest: int = 0) -> "_Line":
        """Count the line up to ``position``, from ``earliest`` on if that is on it."""
        is_ahead = position >= self.stop
        begins = text.rfind("\n", self.stop if is_ahead else 0, position) + 1
        start = max(begins or (self.start if is_ahead else 0), earliest)
        if start != self.start or not is_ahead:
            self._begin(start)
        self._count(text[self.stop : position])
        self.stop = position
        return self

    def _begin(self, start: int) -> None:
        self.start = self.stop = start
        self.is_blank, self.backticks, self.quotes, self.is_curly_open = True, 0, 0, False

    def _count(self, more: str) -> None:
        self.is_blank = self.is_blank and not more.strip()
        self.backticks += more.count("`")
        self.quotes += more.count('"')
        opened, closed = more.rfind("“"), more.rfind("”")
        self.is_curly_open = opened > closed or (self.is_curly_open and closed < 0)


@dataclass(slots=True)
class Context:
    """The context of the marks of one output. Asking about marks out of order is slow."""

    _whole: _Line = field(default_factory=_Line)
    _answer: _Line = field(default_factory=_Line)
    _fences: tuple[int, int, int] = (0, 0, 0)  # from where, up to where, how many

    def is_in_code(self, found: Found, boundary: int) -> bool:
        """Return whether a block of code that begins after ``boundary`` is open at the mark."""
        begin, stop, count = self._fences
        if begin != boundary or stop > found.start():
            stop, count = boundary, 0
        count += len(_FENCE.findall(found.string, stop, found.start()))
        self._fences = (boundary, found.start(), count)
        return count % 2 == 1

    def is_quoted(self, found: Found, boundary: int) -> bool:
        """Return whether a mark in an answer is quoted, judging by the text after ``boundary``."""
        before = self._answer.read(found.string, found.start(), boundary)
        return before.has_open_quote or _quotes_around(found) in _ANSWER_PAIRS or _is_in_sentence(found)

    def is_quoted_in_thought(self, found: Found) -> bool:
        """Decide more strictly than in an answer: an odd quotation mark in a thought must not hide its end."""
        quotes = _quotes_around(found)
        if quotes in _SURE_PAIRS or _is_in_sentence(found):
            return True
        return quotes in _PAIRS and self._whole.read(found.string, found.start()).has_open_quote

    def begins_line(self, text: str, position: int) -> bool:
        """Return whether there is only white space before ``position`` on its line."""
        return self._whole.read(text, position).is_blank


def _quotes_around(found: Found) -> tuple[str, str]:
    start, end = found.span()
    return found.string[max(0, start - 1) : start], found.string[end : end + 1]


def _is_in_sentence(found: Found) -> bool:
    """Return whether the sentence around a mark continues or ends right after it: then it is about the mark."""
    start, end = found.span()
    nearby = found.string[max(0, start - 4) : start]
    return any(
        before.search(nearby) and after.match(found.string, end) for before, after in (_IN_SENTENCE, _PUNCTUATED)
    )
