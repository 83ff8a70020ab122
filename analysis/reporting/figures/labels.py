"""Names and numbers as figures and their text alternatives have them."""

from collections.abc import Iterable
from textwrap import wrap

MOST_LINES, SLACK = 3, 10
"""Lines end early where words do: so many characters are left for that."""


def fold(name: str, width: int = 26) -> str:
    """Break the name into lines that fit beside a figure; of a name longer than about three lines, leave out the middle."""
    lines = wrap(one_line(name, width * MOST_LINES - SLACK), width)
    return "\n".join(lines)


def one_line(name: str, length: int) -> str:
    """Return the name without invisible characters; of a longer one, leave out the middle."""
    whole = printable(" ".join(name.split()))
    kept = (length - 1) // 2
    return whole if len(whole) <= length else f"{whole[:kept]}…{whole[-kept:]}"


def printable(text: str) -> str:
    """Replace characters that XML forbids, or that are invisible."""
    return "".join(one if one.isprintable() else "�" for one in text)


def percent(share: float) -> str:
    """Write a fraction as figures print it."""
    return f"{100 * share:.4g} %" if share in (0, 1) else f"{100 * share:.1f} %"


def counted(number: int, noun: str) -> str:
    """Write the number with the noun in singular or plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(parts: Iterable[str]) -> str:
    """Join the parts as a sentence lists them."""
    *some, last = list(parts)
    return f"{', '.join(some)} and {last}" if some else last
