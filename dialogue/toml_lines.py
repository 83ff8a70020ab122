"""Line numbers in a TOML file, because the parser returns values without them."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

Path = Sequence[str | int]


def find_line(text: str, path: Path) -> int:
    """Return the line, counted from 1, of the value at ``path``; for a missing value, that of the nearest existing table.

    The line is found by parsing longer and longer beginnings of the valid ``text``, so every notation of a key works.
    """
    lines = text.split("\n")
    reached = _depth(tomllib.loads(text), path)
    last = bisect_left(range(1, len(lines)), reached, key=lambda end: _depth(_readable(lines, end)[1], path)) + 1
    return _readable(lines, last - 1)[0] + 1


def locate(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Return the parser's error with line and column, even for a file that ends too early."""
    lines = text.split("\n")
    end = f"(at line {len(lines)}, column {len(lines[-1]) + 1})"
    return re.sub(r"\(at end of document\)", end, str(error))


def _readable(lines: list[str], end: int) -> tuple[int, dict[str, Any]]:
    """Return the length of the longest valid beginning of at most ``end`` lines, and its content."""
    for length in range(end, 0, -1):
        try:
            return length, tomllib.loads("\n".join(lines[:length]))
        except tomllib.TOMLDecodeError:
            continue  # the value on this line ends further below
    return 0, {}


def _depth(value: Any, path: Path) -> int:
    """Return how many steps of ``path`` exist."""
    for depth, step in enumerate(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(path)
