"""Read the cells of a CSV of judgements as text, without interpreting them."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd

from dialogue.names import plain_name
from studies.files.tables import BYTE_ORDER_MARK, unguarded

LARGEST = 200 * 1024**2
"""Size of the largest file that is read, in bytes."""
DELIMITERS = ",;\t"
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks of "Unicode text" from spreadsheet programs; longer ones first, because a shorter one is a prefix of one."""
SEPARATOR_LINE = re.compile(r'"?sep=(.?)"?[,;\t ]*\n?', re.IGNORECASE)
"""A first line that tells spreadsheet programs the separator; they do not count it as a row."""
MOST_LISTED = 12
"""Number of columns that an error message lists."""
Row = tuple[int, list[str]]
"""A row's number in a spreadsheet program, where the header is usually row 1, and its cells, stripped of white space."""


class BadData(ValueError):
    """The file cannot be analysed; the message is one sentence that names the column and row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns of str, empty where missing, indexed by row number. ``delimiter`` separated the cells."""

    frame: pd.DataFrame
    delimiter: str


def read_text(path: Path) -> str:
    """Return the text of the file, decoded as its byte order mark says (and keeping it) or as UTF-8. Raises BadData."""
    content = _read_bytes(path)
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise BadData(f"{path} is not {encoding.upper()} text (line {line}). Save it as CSV in UTF-8.") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadData(f"{path} is not UTF-8 text (a NUL character in line {line}). Save it as CSV in UTF-8.")
    return text if encoding == "utf-8" else BYTE_ORDER_MARK + text


def read_cells(text: str, source: str, required: Sequence[str], optional: Sequence[str]) -> Cells:
    """Return the ``required`` columns and those ``optional`` ones that exist. Raises BadData.

    A text with a byte order mark is a table for spreadsheet programs, so its guards against formulas are removed.
    """
    is_guarded = text.startswith(BYTE_ORDER_MARK)
    read_name: Callable[[str], str] = _unguarded_name if is_guarded else plain_name
    lines = StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=None)
    delimiter = _take_separator(lines, source) or _delimiter(lines, {*required, *optional})
    rows = _rows(lines, delimiter, source)
    _, names = next(rows, (0, []))
    if not any(names):
        raise BadData(f"{source} is empty. It needs a header with {listed(required)}, and a row for each judgement.")
    names = [read_name(name) for name in names]
    _check_header(names, source, required)
    places = {name: names.index(name) for name in (*required, *optional) if name in names}
    return Cells(_columns(rows, source, len(names), places, read_name), delimiter)


def listed(names: Sequence[str]) -> str:
    """Return the names as a list within a sentence, shortened if there are many."""
    return ", ".join([*names[:MOST_LISTED], *(["…"] if len(names) > MOST_LISTED else [])])


def _read_bytes(path: Path) -> bytes:
    """Return the file's content. Raises BadData.

    Read at most LARGEST bytes, because a device has no size and may have no end.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            content = b"" if size > LARGEST else file.read(LARGEST + 1)
    except OSError as error:
        raise BadData(f"{path} cannot be read ({error.strerror}). Name a CSV file.") from error
    if max(size, len(content)) > LARGEST:
        raise BadData(f"{path} is larger than {LARGEST // 1024**2} MB, the limit for an analysis.")
    return content


def _take_separator(lines: StringIO, source: str) -> str:
    """Read the separator line, if there is one, and return its separator or an empty string. Raises BadData."""
    named = SEPARATOR_LINE.fullmatch(lines.readline())
    if named is None:
        lines.seek(0)
        return ""
    if named[1].isalnum() or named[1] in ('"', "\n"):
        raise BadData(f"{source} begins with sep=, but names no separator. Write sep=; or omit the line.")
    return named[1]


def _delimiter(lines: StringIO, names: Collection[str]) -> str:
    """Return the separator with which the header contains most of the names, and the most frequent one in a tie."""
    start = lines.tell()
    header = next((line for line in lines if line.strip()), "")
    lines.seek(start)

    def found(delimiter: str) -> tuple[int, int]:
        cells = header.split(delimiter)
        return len({plain_name(cell.strip(' "\n')) for cell in cells}.intersection(names)), len(cells)

    return max(DELIMITERS, key=found)


def _rows(lines: StringIO, delimiter: str, source: str) -> Iterator[Row]:
    """Yield the rows that are not empty. Cells have no length limit, because ignored columns may hold long texts."""
    csv.field_size_limit(LARGEST)
    number = 0
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), start=1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield number, cells
    except csv.Error as error:
        raise BadData(f"{source}, row {number + 1}: this is not valid CSV ({error}).") from error


def _check_header(names: Sequence[str], source: str, required: Sequence[str]) -> None:
    repeated = sorted(name for name, count in Counter(names).items() if count > 1 and name)
    if repeated:
        raise BadData(f"{source} has the column {listed(repeated)} more than once. Keep one.")
    missing = [name for name in required if name not in names]
    if missing:
        noun = "column" if len(missing) == 1 else "columns"
        raise BadData(f"{source} lacks the {noun} {listed(missing)}: it has {listed(names)}.")


def _unguarded_name(cell: str) -> str:
    return plain_name(unguarded(cell))


def _columns(
    rows: Iterator[Row], source: str, width: int, places: Mapping[str, int], read_name: Callable[[str], str]
) -> pd.DataFrame:
    """Return cells under normalised column names. Equal cells share one string, because millions of cells hold few values.

    Rows may be shorter or longer than the header: spreadsheet programs omit empty cells at the end of a row, or add some.
    """
    numbers: list[int] = []
    columns: dict[str, list[str]] = {name: [] for name in places}
    known: dict[str, str] = {}
    for number, row in rows:
        if any(row[width:]):
            raise BadData(f"{source}, row {number}: {len(row)} cells, but the header has {width}.")
        numbers.append(number)
        for name, place in places.items():
            cell = row[place] if place < len(row) else ""
            columns[name].append(known[cell] if cell in known else known.setdefault(cell, read_name(cell)))
    if not numbers:
        raise BadData(f"{source} has a header but no judgements, so there is nothing to analyse.")
    return pd.DataFrame(columns, index=numbers, dtype=str)
