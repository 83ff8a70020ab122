"""The events of a streamed answer, read tolerantly, because few servers follow the standard.

Accepted in addition to standard server-sent events: JSON without ``data:``, one whole JSON document, several chunks without a
blank line between them, comments, a byte-order mark, and bytes that are not UTF-8 (they become U+FFFD).
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Literal

_BREAK = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""A line ending. A carriage return at the end of the received data may be half of one."""
_REPEATED = re.compile(r"\A(\s*data:)+")
"""The repeated field name that some proxies add."""
_OTHER_FIELDS = ("", "event", "id", "retry")
"""Fields of an event that have no meaning here. All other lines are ignored, as the standard says."""
_NOTHING = ("", '""', "null")
_LONGEST = 4 * 1024 * 1024
"""Maximum bytes of a line. No chunk is as long, and a server that never ends a line must not fill the memory."""
_MOST_LINES = 1000
_SHOWN = 300
_DECODER = json.JSONDecoder(strict=False)
"""A lenient decoder, because some servers do not escape line breaks in texts."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that is not a chunk of an answer; ``text`` is its beginning."""

    text: str

    @property
    def is_page(self) -> bool:
        """Return whether the text is a web page."""
        return self.text.lstrip().startswith("<")


Event = dict[str, Any] | Unreadable | Literal["done"]
"""A chunk, something unreadable, or the server's end mark."""


async def read_events(blocks: AsyncIterator[bytes]) -> AsyncGenerator[Event]:
    """Yield the events in a response body, each as soon as it is complete."""
    reader = EventReader()
    async for block in blocks:
        for event in reader.feed(block):
            yield event
    for event in reader.finish():
        yield event


class EventReader:
    """Turns arriving bytes into events."""

    def __init__(self) -> None:
        self._rest = b""
        self._pending: list[str] = []
        self._is_stream = False

    def feed(self, block: bytes) -> Iterator[Event]:
        is_broken = b"\n" in block or b"\r" in block or self._rest.endswith(b"\r")
        *lines, self._rest = _BREAK.split(self._rest + block) if is_broken else [self._rest + block]
        for line in lines:
            yield from self._line(line)
        if len(self._rest) > _LONGEST:
            yield Unreadable(_shown(self._rest[:_SHOWN].decode("utf-8", "replace")))
            self._rest = b""

    def finish(self) -> Iterator[Event]:
        """Yield the events that the end of the body completes."""
        yield from self._line(self._rest)
        yield from self._give_up()

    def _line(self, line: bytes) -> Iterator[Event]:
        text = line.decode("utf-8", "replace").lstrip("\ufeff")
        field, colon, value = text.partition(":")
        name = field.strip()
        if not text.strip():
            yield from self._give_up()
        elif name.lower() == "data":
            self._is_stream = True
            yield from self._data(_REPEATED.sub("", value).strip())
        elif not (colon and name in _OTHER_FIELDS) and not self._is_noise(text):
            yield from self._data(text.strip())

    def _is_noise(self, text: str) -> bool:
        """Return whether a line of a stream is neither the beginning of JSON or a page, nor the rest of it."""
        return self._is_stream and not self._pending and text.strip()[0] not in "{[<"

    def _data(self, value: str) -> Iterator[Event]:
        """Yield the events that ``value`` completes: an event's data may take several lines, or each line may be a chunk."""
        if value.strip('"').upper() == "[DONE]":
            yield from self._give_up()
            yield "done"
        elif value not in _NOTHING:
            self._pending.append(value)
            text = "\n".join(self._pending)
            found = _parsed(text) if value.endswith(("}", "]")) else None
            if found:
                self._pending = []
                yield from found
            elif not text.startswith(("{", "[")) or len(self._pending) > _MOST_LINES:
                yield from self._give_up()

    def _give_up(self) -> Iterator[Event]:
        """Yield the pending text as unreadable: it can no longer become JSON."""
        if self._pending:
            yield Unreadable(_shown("\n".join(self._pending)))
            self._pending = []


def _parsed(text: str) -> list[Event] | None:
    """Return the objects in ``text``, None if it is not JSON. Some servers wrap an object in a list, or join several."""
    values: list[Any] = []
    rest = text
    try:
        while rest:
            value, end = _DECODER.raw_decode(rest)
            values += value if isinstance(value, list) and value else [value]
            rest = rest[end:].lstrip()
    except (ValueError, RecursionError):
        return None
    return [one if isinstance(one, dict) else Unreadable(_shown(text)) for one in values]


def _shown(text: str) -> str:
    return text[:_SHOWN]
