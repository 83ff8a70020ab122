"""Rows of CSV, as they are or made safe for spreadsheet programs."""

import csv
from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any

Write = Callable[[Iterable[object]], str]
"""Makes a line of CSV of a row's values."""
BYTE_ORDER_MARK = "\ufeff"
"""By it spreadsheet programs know UTF-8."""
_FORMULAS = tuple("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")
"""What formulas begin with, some after white space; the last four are the wide forms that East Asian keyboards type."""


def write_row(values: Iterable[object]) -> str:
    """A row with every text as it was said: for programs that compute with it."""
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def write_spreadsheet_row(values: Iterable[object]) -> str:
    """A row that no spreadsheet program takes for formulas: people can type those into a chat.

    A text that begins like one, or with an apostrophe, gets an apostrophe before it; taking one away restores every text.
    """
    return write_row(_guarded(value) for value in values)


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
