"""The difference between two texts, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

Kind = Literal["same", "added", "removed", "place"]
_KINDS: dict[str, Kind] = {" ": "same", "+": "added", "-": "removed", "@": "place"}
_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of the difference; "place" separates distant parts."""

    kind: Kind
    text: str


def differences(before: str, after: str) -> list[DiffLine]:
    """Return the changed lines with their neighbours; none if the texts are equal."""
    return list(_lines(before.splitlines(), after.splitlines()))


def _lines(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    for number, line in enumerate(unified_diff(before, after, lineterm="", n=_CONTEXT)):
        kind = _KINDS.get(line[:1], "same")
        if number > 2 or (
            number == 2 and kind != "place"
        ):  # after the names of the files, and not before the first part
            yield DiffLine(kind, "" if kind == "place" else line[1:])
