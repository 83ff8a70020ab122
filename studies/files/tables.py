"""CSV rows, either unchanged or guarded for spreadsheet programs."""

import csv
from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any
from unicodedata import normalize

Write = Callable[[Iterable[object]], str]
"""A function that turns a row's values into a line of CSV."""
BYTE_ORDER_MARK = "\ufeff"
"""The byte order mark by which spreadsheet programs recognise UTF-8."""
_FORMULAS = tuple("=+-@|")
"""First characters of formulas; their full-width and small forms count as well."""
_WHITE_SPACE = "\t\r\n"


def write_row(values: Iterable[object]) -> str:
    """Return a row with every text unchanged, for programs that analyse it."""
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def write_spreadsheet_row(values: Iterable[object]) -> str:
    """Return a row that no spreadsheet program runs as a formula, because people can type one into a chat or a link.

    A text that begins like a formula, or with an apostrophe, gets an apostrophe in front; ``unguarded`` removes it.
    """
    return write_row(_guarded(value) for value in values)


def unguarded(cell: str) -> str:
    """Return the original text of a ``cell`` written by ``write_spreadsheet_row``."""
    return cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _needs_guard(value) else value


def _needs_guard(text: str) -> bool:
    """Return whether a program may run the text, with or without invisible characters before it, or remove its apostrophe."""
    first = next((character for character in text if character.isprintable() and not character.isspace()), "")
    return text.startswith(("'", *_WHITE_SPACE)) or normalize("NFKC", first).startswith(_FORMULAS)
