"""Split a model's output into thoughts and answer, because thoughts are not part of the dialogue.

The marks of ``thought_marks`` enclose a thought. A mark inside an answer is text if it is quoted, in code, or if its
thought is never closed. A closing mark alone ends a thought that the chat template opened.
The names left by dropped control tokens begin a thought only at the start of an output, and only if the thought is closed.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO
from itertools import chain

from dialogue.mark_context import LOOKAHEAD, Context
from dialogue.mark_search import Finder, beginnings
from dialogue.thought_events import Event, Opened, Split, Thinking
from dialogue.thought_marks import (
    HEADERS,
    MARKS,
    STRIPPED,
    STRIPPED_NAMES,
    Kind,
    Wrapper,
    stripped_name,
)

RULE = 3
"""The version of the rule, part of a run's identity. Increase it with every change to what counts as a thought."""

_INK = re.compile(r"\S")
_STRIPPED_BEGINNINGS = {*STRIPPED_NAMES, *beginnings(STRIPPED_NAMES)}
_APART = ("<think>\n", "\n</think>\n\n")
"""How an output's record contains a thought that arrived in a separate field."""


def split(raw: str, opened: Opened | None = None, *, was_cut: bool = False) -> Split:
    """Split a complete output into thoughts and answer; ``was_cut`` says that its token limit ended it."""
    splitter = Splitter(opened)
    for _ in chain(splitter.feed(raw), splitter.end(was_cut=was_cut)):
        pass  # one of thousands of events, each of which may hold the whole answer
    return splitter.split


def opened_by(end_of_prompt: str) -> Opened | None:
    """Return the thought that ``end_of_prompt``, the template's text after the last message, leaves open, if any."""
    last = _speaking_marks().last(end_of_prompt)
    return Opened(MARKS.opening[last]) if last in MARKS.opening else None


@dataclass(slots=True)
class _Open:
    """A thought in progress, from its mark at ``start``; its text begins at ``inside``."""

    kind: Kind
    start: int
    inside: int
    is_certain: bool
    is_told: bool = False
    depth: int = 1
    closed_at: tuple[int, int] | None = None


class Splitter:
    """Splits an arriving output. However it is divided into pieces, the same text gives the same split.

    The pieces of text that it yields make up the answer; each ``Thinking`` says how much of the earlier ones remains.
    """

    def __init__(self, opened: Opened | None = None) -> None:
        self._text = ""
        self._position = 0
        self._raw = ""
        self._earlier = ""  # the answer before the last thought
        self._segment = StringIO()  # the answer after it
        self._space = ""  # white space held back until more text follows
        self._boundary = 0  # the beginning of the segment
        self._thoughts: list[str] = []
        self._closed_alone: Kind | None = None
        self._mentioned: set[Kind] = set()  # kinds with an opening mark that was text
        self._wrapper: Wrapper | None = None
        self._open: _Open | None = None
        self._is_apart = False
        self._context = Context()
        if opened:
            self._open = _Open(opened.kind, 0, 0, opened.is_certain, is_told=True)

    @property
    def split(self) -> Split:
        return Split(self._said, tuple(self._thoughts), self._raw, self._closed_alone)

    @property
    def is_thinking(self) -> bool:
        return self._open is not None

    def feed(self, text: str) -> Iterator[Event]:
        """Add more of the output."""
        if self._is_apart and text:
            self._is_apart, self._raw = False, self._raw + _APART[1]
        self._raw += text
        self._text += text
        yield from self._read(is_end=False)

    def feed_thought(self, text: str) -> Iterator[Event]:
        """Add more of a thought that arrives separately; the output itself then does not begin with one."""
        if self._open and self._open.is_told and not self._text:
            self._open = None
        if not self._is_apart:
            self._is_apart, self._raw = True, self._raw + _APART[0]
            self._thoughts.append("")
            yield Thinking(self._said)
        self._raw += text
        self._thoughts[-1] += text

    def end(self, *, was_cut: bool) -> Iterator[Event]:
        """Complete the output, and decide about everything still undecided."""
        yield from self._read(is_end=True)
        while (thought := self._open) is not None:
            if thought.closed_at:
                self._close(thought, *thought.closed_at)
            elif self._is_thought(thought, was_cut=was_cut):
                self._close(thought, len(self._text), len(self._text))
            else:
                self._mentioned.add(thought.kind)
                self._open, self._position = None, thought.inside
                yield from self._say(self._text[thought.start : thought.inside])
            yield from self._read(is_end=True)
        if self._space and not self._thoughts:
            yield from self._let_out("")

    @property
    def _said(self) -> str:
        return self._earlier + self._segment.getvalue()

    @property
    def _has_said(self) -> bool:
        """Return whether there is any answer so far, without assembling it, because this is needed at every mark."""
        return bool(self._earlier) or not self._is_fresh

    @property
    def _is_fresh(self) -> bool:
        """Return whether there is no answer text since the beginning or the last thought."""
        return self._segment.tell() == 0

    def _is_thought(self, thought: _Open, *, was_cut: bool) -> bool:
        """Return whether an unclosed thought is one: inside an answer its mark is text, unless the limit cut the output."""
        if thought.is_certain:
            return True
        begins = thought.is_told or thought.kind.is_phrase
        return was_cut and (begins or (bool(self._thoughts) and self._context.begins_line(self._text, thought.start)))

    def _read(self, *, is_end: bool) -> Iterator[Event]:
        if self._position == 0 and not (self._open or self._thoughts):
            if self._text in _STRIPPED_BEGINNINGS and not is_end:
                return  # whether it begins a thought depends on the next characters
            if name := stripped_name(self._text):
                self._open, self._position = _Open(STRIPPED, 0, len(name), is_certain=False), len(name)
                yield Thinking("")
        while found := (yield from self._next_mark(is_end=is_end)):
            self._position = found.end()
            if self._open:
                self._think(self._open, found)
            else:
                yield from self._speak(found)

    def _next_mark(self, *, is_end: bool) -> Generator[Event, None, re.Match[str] | None]:
        """Consume the text up to the next mark, or up to text that may become one."""
        marks = _thinking_marks(self._open.kind) if self._open else _speaking_marks()
        found = marks.search(self._text, self._position)
        pending = 0 if is_end else marks.pending(self._text, self._position)
        stop = found.start() if found else len(self._text) - pending
        text, self._position = self._text[self._position : stop], stop
        if text and not self._open:
            yield from self._say(text)
        if (
            found
            and not is_end
            and found.end() + LOOKAHEAD > len(self._text)
            and not self._context.begins_line(self._text, stop)
        ):
            return None  # whether it is text depends on the next characters
        return found

    def _think(self, thought: _Open, found: "re.Match[str]") -> None:
        """Handle a mark inside a thought."""
        mark = _thinking_marks(thought.kind).name(found)
        if mark in MARKS.wrapping:
            if not self._context.is_quoted_in_thought(found):
                self._close(thought, found.start(), found.start())
        elif mark in thought.kind.opens:
            if thought.is_told and not _INK.search(self._text, 0, found.start()):
                self._open = _Open(thought.kind, found.start(), found.end(), is_certain=True)
            elif thought.kind.nests and not self._context.is_quoted_in_thought(found):
                thought.depth += 1
        else:
            thought.closed_at = found.span()
            thought.depth -= 0 if self._context.is_quoted_in_thought(found) else 1
            if thought.depth == 0:
                self._close(thought, *found.span())

    def _speak(self, found: "re.Match[str]") -> Iterator[Event]:
        """Handle a mark outside thoughts."""
        mark = _speaking_marks().name(found)
        if mark in MARKS.opening and self._opens(MARKS.opening[mark], found):
            kind = MARKS.opening[mark]
            self._open = _Open(kind, found.start(), found.end(), is_certain=not (self._has_said or kind.is_phrase))
            yield Thinking(self._said)
        elif mark in MARKS.wrapping and self._wraps(MARKS.wrapping[mark], found):
            self._wrapper = MARKS.wrapping[mark]
            if not self._is_fresh:
                yield from self._take_back(mark, found)
        elif mark in MARKS.closing_alone and self._closes_alone(mark, found):
            yield from self._take_back(mark, found)
        elif not self._is_framing(mark):
            yield from self._say(found[0])

    def _is_framing(self, mark: str) -> bool:
        """Return whether the mark only frames the answer, which some models write in several parts."""
        if mark in HEADERS:
            return self._is_fresh or self._wrapper is not None
        if self._wrapper is None:
            return False
        return mark in self._wrapper.closes or (self._wrapper.ends_thought and mark == self._wrapper.opens)

    def _opens(self, kind: Kind, found: "re.Match[str]") -> bool:
        if kind in self._mentioned or (kind.only_at_start and (self._has_said or self._thoughts)):
            self._mentioned.add(kind)
            return False
        return self._is_fresh or not self._is_text(found)

    def _closes_alone(self, mark: str, found: "re.Match[str]") -> bool:
        kind = MARKS.closing_alone[mark]
        if mark in MARKS.wrapping or (kind.only_at_start and kind in self._mentioned):
            return False
        return not self._is_text(found, ends_line=found.string[found.end() : found.end() + 1] in ("\n", "\r"))

    def _wraps(self, wrapper: Wrapper, found: "re.Match[str]") -> bool:
        if not self._is_fresh:
            return wrapper.ends_thought and wrapper != self._wrapper and not self._is_text(found)
        return wrapper.ends_thought or bool(self._thoughts) or wrapper.opens.startswith("<|")

    def _close(self, thought: _Open, stop: int, position: int) -> None:
        """End the thought at ``stop``; the text after it begins at ``position``."""
        self._thoughts.append(self._text[thought.inside : stop])
        if thought.is_told and not thought.is_certain and position > stop:
            self._closed_alone = thought.kind
        self._open = None
        self._begin_segment(position)

    def _take_back(self, mark: str, found: "re.Match[str]") -> Iterator[Event]:
        """Treat the text up to the mark, which looked like an answer, as a thought."""
        self._closed_alone = MARKS.closing_alone.get(mark, self._closed_alone)
        self._thoughts.append(self._space + self._segment.getvalue())
        self._segment = StringIO()
        yield Thinking(self._earlier)
        self._begin_segment(found.end())

    def _begin_segment(self, position: int) -> None:
        self._earlier, self._segment, self._space = self._said, StringIO(), ""
        self._boundary = self._position = position

    def _say(self, text: str) -> Iterator[Event]:
        """Add text to the answer. Hold back white space at its beginning, because it is left out after a thought."""
        if self._is_fresh and not text.strip():
            self._space += text
        else:
            yield from self._let_out(text)

    def _let_out(self, text: str) -> Iterator[Event]:
        if self._is_fresh:
            text = text.lstrip() if self._thoughts else self._space + text
            self._space = ""
        self._segment.write(text)
        if text:
            yield text

    def _is_text(self, found: "re.Match[str]", *, ends_line: bool = False) -> bool:
        """Return whether a mark in an answer is in code or quotes, judging by the text before it. A quotation mark that is
        still open at the end of a thought and of its line does not count."""
        if self._context.is_in_code(found, self._boundary):
            return True
        return not ends_line and self._context.is_quoted(found, self._boundary)


@cache
def _speaking_marks() -> Finder:
    return Finder(MARKS.all)


@cache
def _thinking_marks(kind: Kind) -> Finder:
    enders = (wrapper.opens for wrapper in MARKS.wrapping.values() if wrapper.ends_thought)
    return Finder({*kind.opens, *kind.closes, *enders})
