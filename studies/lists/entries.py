"""The entries of a list that was pasted or is in a file: CSV with a header, JSON, JSON Lines, or plain text."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from studies.files.tables import unguarded
from studies.storable_text import storable

_DELIMITERS = ",;\t"


class UnreadableList(ValueError):
    """The list cannot be read; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, and the words for its place in the list, such as "Row 3"."""

    place: str
    values: Mapping[str, Any]


def decode(content: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with its byte order mark. Raises UnreadableList."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableList(
            "The file is not in UTF-8. Save it as “CSV UTF-8” or “UTF-8” and choose it again."
        ) from error


def read_entries(text: str, columns: Mapping[str, str], *, plain: str = "") -> list[Entry]:
    """Return the entries of a list. ``columns`` maps each heading, in lower case, to the name of its value.

    ``plain`` is the name of the value that a block of plain text is; without it, plain text is refused. Raises UnreadableList.
    """
    text = text.strip("\ufeff\r\n")
    if not text.strip():
        raise UnreadableList("The list is empty. Paste its entries, or choose a file.")
    if text.lstrip().startswith(("{", "[")):
        entries = list(_read_json(text))
    elif _has_header(text, columns):
        entries = list(_read_csv(text, columns))
    elif plain:
        entries = [Entry(f"Entry {number}", {plain: block}) for number, block in enumerate(_blocks(text), 1)]
    else:
        raise UnreadableList(f"The first row must name the columns. Columns are: {', '.join(columns.values())}.")
    if not entries:
        raise UnreadableList("The list has no entries. Add some below the row that names the columns.")
    return [Entry(entry.place, _renamed(entry, columns)) for entry in entries]


def _has_header(text: str, columns: Mapping[str, str]) -> bool:
    first = next(csv.reader([text.splitlines()[0]], delimiter=_delimiter(text)), [])
    return any(_heading(cell) in columns for cell in first)


def _delimiter(text: str) -> str:
    """Return the delimiter of the first line. Spreadsheet programs write semicolons where the comma marks decimals."""
    return max(_DELIMITERS, key=text.splitlines()[0].count)


def _heading(cell: object) -> str:
    return " ".join(str(cell).split()).lower()


def _read_csv(text: str, columns: Mapping[str, str]) -> Iterator[Entry]:
    rows = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next(rows)
        for number, row in enumerate(rows, 2):
            if any(cell.strip() for cell in row):
                yield Entry(f"Row {number}", _cells(f"Row {number}", header, row))
    except csv.Error as error:
        raise UnreadableList(
            f"The list is not valid CSV ({error}). Export it again from your spreadsheet program."
        ) from error


def _cells(place: str, header: list[str], row: list[str]) -> dict[str, str]:
    if len(row) > len(header):
        raise UnreadableList(f"{place} has {len(row)} cells, but the first row names {len(header)} columns.")
    if formula := next((cell for cell in row if cell.startswith("=")), None):
        raise UnreadableList(
            f"{place} contains a formula (“{formula[:40]}”). Replace formulas with their values, then export the list again."
        )
    return {name: unguarded(cell) for name, cell in zip(header, row, strict=False)}


def _read_json(text: str) -> Iterator[Entry]:
    """Yield the objects of JSON Lines, of an array, or of the only array of objects in an object."""
    for place, value in _json_values(text):
        if not isinstance(value, dict):
            raise UnreadableList(f"{place} must be an object, such as {{“text”: “…”}}.")
        yield Entry(place, value)


def _json_values(text: str) -> Iterator[tuple[str, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _json_lines(text)
        return
    lists = [value for value in whole.values() if _is_objects(value)] if isinstance(whole, dict) else [whole]
    values = lists[0] if len(lists) == 1 else [whole]
    yield from ((f"Entry {number}", value) for number, value in enumerate(values, 1))


def _is_objects(value: Any) -> bool:
    """Return whether this is an array of objects, unlike an array of one entry's answers."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _json_lines(text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"Line {number}", json.loads(line)
            except (ValueError, RecursionError) as error:
                raise UnreadableList(f"Line {number} is not valid JSON. Each line must be one object.") from error


def _blocks(text: str) -> list[str]:
    """Return the texts between blank lines, or the lines if there is no blank one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if all(line.strip() for line in lines):
        return [line.strip() for line in lines]
    blocks = "\n".join(line.rstrip() for line in lines).split("\n\n")
    return [block.strip("\n") for block in blocks if block.strip()]


def _renamed(entry: Entry, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return the values under their names. Raises UnreadableList for an unknown column, or one that occurs twice."""
    values: dict[str, Any] = {}
    for heading, value in entry.values.items():
        name = columns.get(_heading(heading))
        if name is None:
            known = ", ".join(dict.fromkeys(columns.values()))
            raise UnreadableList(f"The column “{heading}” is unknown. Columns are: {known}. Remove or rename it.")
        if name in values:
            raise UnreadableList(f"Two columns hold the value “{name}”. Remove one.")
        values[name] = storable(value) if isinstance(value, str) else value
    return values
