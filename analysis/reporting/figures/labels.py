"""Names and numbers, as written in figures and their text alternatives."""

from collections.abc import Iterable
from textwrap import wrap

MOST_LINES, SLACK = 3, 10
"""``SLACK`` is the number of characters that may stay unused because lines break between words."""


def fold(name: str, width: int = 26) -> str:
    """Break the name into lines that fit next to a figure; shorten a name of more than about three lines in the middle."""
    lines = wrap(one_line(name, width * MOST_LINES - SLACK), width)
    return "\n".join(lines)


def one_line(name: str, length: int) -> str:
    """Return the name without invisible characters; shorten a longer name in the middle."""
    whole = printable(" ".join(name.split()))
    kept = (length - 1) // 2
    return whole if len(whole) <= length else f"{whole[:kept]}…{whole[-kept:]}"


def printable(text: str) -> str:
    """Replace characters that XML forbids, or that are invisible."""
    return "".join(one if one.isprintable() else "�" for one in text)


def percent(share: float) -> str:
    """Return a fraction as a percentage."""
    return f"{100 * share:.4g}%" if share in (0, 1) else f"{100 * share:.1f}%"


def counted(number: int, noun: str) -> str:
    """Return the number with the noun in the singular or plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(parts: Iterable[str]) -> str:
    """Return the parts as a list within a sentence."""
    *some, last = list(parts)
    return f"{', '.join(some)} and {last}" if some else last
