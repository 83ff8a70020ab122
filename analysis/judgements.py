"""Judgements as a table: what is read from a file, and what it has to be like."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

REQUIRED = ("participant", "generator_user", "model", "detected")
OPTIONAL = ("choice", "confidence", "utterance_number", "duration", "pair", "goal", "domain", "flagged")
NUMBERS = ("utterance_number", "duration")
BINARY = ("detected", "flagged")
LARGEST = 200 * 1024**2
"""Bytes."""
DELIMITERS = ",;\t"


class BadData(ValueError):
    """The file cannot be analysed; the message is one sentence that names column and row."""


def read_judgements(path: Path) -> pd.DataFrame:
    """The judgements in a CSV: the columns of REQUIRED, and those of OPTIONAL that it has. Empty cells are missing.

    Text columns hold str, the others float. Commas, semicolons or tabs separate; a byte order mark is passed over. Raises
    BadData.
    """
    return parse_judgements(_read_text(path), str(path))


def parse_judgements(text: str, source: str) -> pd.DataFrame:
    """The same of a CSV's text; ``source`` is what it is called in sentences. Raises BadData."""
    frame = _read_cells(text, source)
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise BadData(f"{source} lacks the column {_listed(missing)}: it has {_listed(list(frame.columns))}.")
    if frame.empty:
        raise BadData(f"{source} has a header but no judgements: nothing can be analysed.")
    return check_judgements(frame[[name for name in (*REQUIRED, *OPTIONAL) if name in frame.columns]], source)


def check_judgements(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """The cells (str, empty where missing) as what they mean; the index counts rows, the header's being 1. Raises BadData."""
    read = {name: _read_column(frame[name].str.strip(), name, source) for name in frame.columns}
    found = pd.DataFrame(read, index=frame.index)
    _refuse_repeats(found, source)
    return found


def _read_text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise BadData(f"{path} has {size / 1024**2:.0f} MB: at most {LARGEST // 1024**2} MB can be analysed.")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadData(f"{path} cannot be read ({error.strerror}): name a CSV file.") from error
    except UnicodeDecodeError as error:
        raise BadData(f"{path} is not UTF-8 text (byte {error.start}): save it as CSV in UTF-8.") from error


def _read_cells(text: str, source: str) -> pd.DataFrame:
    header = text.split("\n", 1)[0]
    if not header.strip():
        raise BadData(f"{source} is empty: it needs a header with {_listed(REQUIRED)}, and a row for each judgement.")
    delimiter = max(DELIMITERS, key=header.count)
    try:
        rows = list(csv.reader(StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadData(f"{source} is not valid CSV: {error}.") from error
    names = [name.strip() for name in rows[0]]
    repeated = sorted({name for name in names if names.count(name) > 1 and name})
    if repeated:
        raise BadData(f"{source} has the column {_listed(repeated)} more than once: keep one.")
    for number, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(names):
            raise BadData(f"{source}, row {number}: {len(row)} cells, but the header has {len(names)}.")
    numbered = {number: row for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)}
    return pd.DataFrame.from_dict(numbered, orient="index", columns=names, dtype=str)


def _read_column(cells: pd.Series, name: str, source: str) -> pd.Series:
    if name in BINARY:
        return _read_binary(cells, name, source)
    if name in NUMBERS:
        return _read_numbers(cells, name, source)
    if name in REQUIRED and (cells == "").any():
        raise BadData(f"{source}, row {cells.index[cells == ''][0]}: {name} is empty.")
    return cells.where(cells != "", None)


def _read_binary(cells: pd.Series, name: str, source: str) -> pd.Series:
    numbers = _read_numbers(cells, name, source)
    wrong = numbers.notna() & ~numbers.isin([0, 1])
    if wrong.any():
        row = cells.index[wrong][0]
        raise BadData(f"{source}, row {row}: {name} is {cells[row]!r}, but must be 0 or 1.")
    return numbers.fillna(0.0) if name == "flagged" else numbers


def _read_numbers(cells: pd.Series, name: str, source: str) -> pd.Series:
    numbers = pd.to_numeric(cells.where(cells.str.upper() != "NA", ""), errors="coerce").astype(float)
    wrong = ((cells != "") & (cells.str.upper() != "NA") & numbers.isna()) | np.isinf(numbers)
    if wrong.any():
        row = cells.index[wrong][0]
        raise BadData(f"{source}, row {row}: {name} is {cells[row]!r}, but must be a number.")
    return numbers


def _refuse_repeats(frame: pd.DataFrame, source: str) -> None:
    """The same person's second judgement of a pair would count double."""
    if "pair" not in frame.columns:
        return
    named = frame[frame["pair"].notna()]
    repeated = named.duplicated(["participant", "pair"])
    if repeated.any():
        row = named.index[repeated][0]
        raise BadData(
            f"{source}, row {row}: {frame.participant[row]} has judged the pair {frame.pair[row]} before: keep one judgement."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
