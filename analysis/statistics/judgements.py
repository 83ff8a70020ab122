"""Judgements as a table: what is read from a file, and what it has to be like."""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.statistics.csv_cells import LARGEST, BadData, Cells, read_cells, read_text

__all__ = ["LARGEST", "OVERALL", "BadData", "parse_judgements", "read_judgements"]
REQUIRED = ("participant", "generator_user", "model", "detected")
OPTIONAL = ("choice", "confidence", "utterance_number", "duration", "pair", "goal", "domain", "flagged")
NUMBERS = ("utterance_number", "duration")
BINARY = ("detected", "flagged")
GREATEST = 1e100
"""Of a number: the squares of greater ones may be too large for a computer."""
MOST_QUOTED = 60
"""Characters of a cell in a sentence."""
MISSING = frozenset({"", "NA", "N/A", "NAN", "<NA>", "#N/A", "#NV", "#N/D", "#NULL!"})
"""Missing values as R, Python and spreadsheet programs (in some languages) write them, in capitals."""
NOT_KNOWN = MISSING | {"NULL", "NONE", "."}
"""Missing only in columns of numbers: a text may be "none". SPSS and Stata write a point."""
TRUE = frozenset({"TRUE", "WAHR", "VRAI", "VERDADERO", "VERDADEIRO", "VERO", "WAAR"})
FALSE = frozenset({"FALSE", "FALSCH", "FAUX", "FALSO", "ONWAAR"})
"""Spreadsheet programs write truth in the language of their user."""
OVERALL = "overall"
"""How results call all models together: no model may."""


def read_judgements(path: Path) -> pd.DataFrame:
    """Read the judgements in a CSV: the columns of REQUIRED, and those of OPTIONAL that it has. Empty cells are missing.

    Text columns hold str, the others float. Commas, semicolons, tabs or what a first line ``sep=`` names separate; a byte order
    mark names the encoding. Names that read alike are the same (``dialogue.names``). Raises BadData.
    """
    return parse_judgements(read_text(path), str(path))


def parse_judgements(text: str, source: str) -> pd.DataFrame:
    """The same of a CSV's text; ``source`` is what it is called in sentences. The index counts rows, the header's being 1.
    Raises BadData."""
    cells = _with_decimal_points(read_cells(text, source, REQUIRED, OPTIONAL))
    read = {name: _read_column(cells[name], name, source) for name in cells.columns}
    found = pd.DataFrame(read, index=cells.index)
    _refuse_repeats(found, source)
    return found


def _with_decimal_points(cells: Cells) -> pd.DataFrame:
    """Replace decimal commas, which go with semicolons or tabs as separators.

    Leave a column alone that also has points, so that it is refused: it is ambiguous. The same holds with tabs for a column
    with 1,234, which may be thousands.
    """
    doubtful = {";": r"\.", "\t": r"\.|^[+-]?\d{1,3}(?:,\d{3})+$"}.get(cells.delimiter)
    numbers = [name for name in NUMBERS if name in cells.frame.columns and doubtful]
    pointed = [name for name in numbers if not cells.frame[name].str.contains(doubtful).any()]
    return cells.frame.assign(**{name: cells.frame[name].str.replace(",", ".", regex=False) for name in pointed})


def _read_column(cells: pd.Series, name: str, source: str) -> pd.Series:
    if name in BINARY:
        return _read_binary(cells, name, source)
    if name in NUMBERS:
        numbers = _read_numbers(cells)
        _refuse((numbers.isna() & ~_is_unknown(cells)) | np.isinf(numbers), cells, name, source, "a number")
        _refuse(numbers.abs() > GREATEST, cells, name, source, f"no further from 0 than {GREATEST:g}")
        return numbers
    if name in REQUIRED and (cells == "").any():
        raise BadData(f"{source}, row {cells.index[cells == ''][0]}: {name} is empty.")
    if name in REQUIRED:
        _refuse(
            _is_missing(cells) & cells.str.startswith("#"),
            cells,
            name,
            source,
            "a name, not the error value of a formula",
        )
    if name == "model":
        _refuse(cells == OVERALL, cells, name, source, "another name: the results call all models together so")
    return cells if name in REQUIRED else cells.where(~_is_missing(cells), None)


def _read_binary(cells: pd.Series, name: str, source: str) -> pd.Series:
    said = cells.str.upper()
    numbers = _read_numbers(cells.mask(said.isin(TRUE), "1").mask(said.isin(FALSE), "0"))
    _refuse(~numbers.isin([0, 1]) & ~_is_unknown(cells), cells, name, source, "0 or 1, or TRUE or FALSE")
    return numbers.fillna(0.0) if name == "flagged" else numbers


def _read_numbers(cells: pd.Series) -> pd.Series:
    """Missing where there is none."""
    return pd.to_numeric(cells.where(~_is_unknown(cells), ""), errors="coerce").astype(float)


def _is_missing(cells: pd.Series) -> pd.Series:
    return cells.str.upper().isin(MISSING)


def _is_unknown(cells: pd.Series) -> pd.Series:
    return cells.str.upper().isin(NOT_KNOWN)


def _refuse(wrong: pd.Series, cells: pd.Series, name: str, source: str, wanted: str) -> None:
    if wrong.any():
        row = cells.index[wrong][0]
        raise BadData(f"{source}, row {row}: {name} is {cells[row][:MOST_QUOTED]!r}, but must be {wanted}.")


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
