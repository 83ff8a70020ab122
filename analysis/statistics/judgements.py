"""Judgements as a data frame, read from a CSV or from stored rows, and checked."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.statistics.csv_cells import LARGEST, BadData, Cells, read_cells, read_text
from dialogue.names import plain_name

__all__ = ["LARGEST", "OVERALL", "BadData", "read_judgements", "read_stored_judgements"]
REQUIRED = ("participant", "generator_user", "model", "detected")
PLAYED = ("character", "elicitation", "responder_character")
"""Which characters of RoleLLM speak in the simulated dialogue."""
CONDITION = "condition"
"""The condition of the study in which the natural dialogue was collected."""
OPTIONAL = (
    "choice",
    "confidence",
    "utterance_number",
    "duration",
    "pair",
    "goal",
    "domain",
    "flagged",
    *PLAYED,
    CONDITION,
)
NUMBERS = ("utterance_number", "duration")
BINARY = ("detected", "flagged")
GREATEST = 1e100
"""Largest absolute value of a number: squares of larger ones may overflow."""
MOST_QUOTED = 60
"""Number of characters of a cell that an error message quotes."""
MISSING = frozenset({"", "NA", "N/A", "NAN", "<NA>", "#N/A", "#NV", "#N/D", "#NULL!"})
"""Missing values as R, Python and spreadsheet programs in several languages write them, in upper case."""
NOT_KNOWN = MISSING | {"NULL", "NONE", "."}
"""Missing values in numeric columns only, because a text may be "none". SPSS and Stata write a point."""
TRUE = frozenset({"TRUE", "WAHR", "VRAI", "VERDADERO", "VERDADEIRO", "VERO", "WAAR"})
FALSE = frozenset({"FALSE", "FALSCH", "FAUX", "FALSO", "ONWAAR"})
"""Spreadsheet programs write truth values in the user's language."""
OVERALL = "overall"
"""The name for all models together in the results; no model may have it."""


def read_judgements(path: Path) -> pd.DataFrame:
    """Return the judgements in a CSV: the columns of REQUIRED, and those of OPTIONAL that it has. Empty cells are missing.

    Text columns hold str, the others float. The separator is a comma, semicolon or tab, or what a first line ``sep=`` names; a
    byte order mark names the encoding. Names that look the same are the same (``dialogue.names``). Raises BadData.
    """
    source = str(path)
    cells = _with_decimal_points(read_cells(read_text(path), source, REQUIRED, OPTIONAL))
    return _checked({name: _read_column(cells[name], name, source) for name in cells.columns}, source)


def read_stored_judgements(stored: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return stored judgements with the same values, types and errors as if ``read_judgements`` had read them from a CSV.

    ``stored`` holds objects, None where missing, in the columns of REQUIRED and OPTIONAL. Messages call it ``source`` and
    number its rows as in such a CSV. Raises BadData.
    """
    if stored.empty:
        raise BadData(f"{source} has no judgements, so there is nothing to analyse.")
    numbered = stored.set_axis(range(2, len(stored) + 2))
    return _checked({name: _read_stored_column(numbered[name], name, source) for name in numbered.columns}, source)


def _checked(columns: Mapping[str, pd.Series], source: str) -> pd.DataFrame:
    """Return the checked table, indexed by row number (the header is row 1)."""
    found = pd.DataFrame(columns)
    _refuse_repeats(found, source)
    return found


def _with_decimal_points(cells: Cells) -> pd.DataFrame:
    """Replace decimal commas, which occur with semicolons or tabs as separators.

    Leave a column unchanged, so that it is refused, if it is ambiguous: if it also has points or, with tabs, numbers such as
    1,234, which may mean thousands.
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
        _refuse(numbers.isna() & ~_is_unknown(cells), cells, name, source, "a number")
        _refuse_extreme(numbers, cells, name, source)
        return numbers
    return _read_names(cells, name, source)


def _read_stored_column(values: pd.Series, name: str, source: str) -> pd.Series:
    if name in (*BINARY, *NUMBERS):
        numbers = values.astype(float)
        _refuse_extreme(numbers, values.astype(str), name, source)
        return numbers
    names = values.map(lambda value: "" if value is None else plain_name(str(value)))
    return _read_names(names.astype(str), name, source)


def _read_names(cells: pd.Series, name: str, source: str) -> pd.Series:
    """Return the text column without missing values, which a required column may not have."""
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
        _refuse(
            cells == OVERALL,
            cells,
            name,
            source,
            "another name, because the results use this one for all models together",
        )
    return cells if name in REQUIRED else cells.where(~_is_missing(cells), None)


def _read_binary(cells: pd.Series, name: str, source: str) -> pd.Series:
    said = cells.str.upper()
    numbers = _read_numbers(cells.mask(said.isin(TRUE), "1").mask(said.isin(FALSE), "0"))
    _refuse(~numbers.isin([0, 1]) & ~_is_unknown(cells), cells, name, source, "0 or 1, or TRUE or FALSE")
    return numbers.fillna(0.0) if name == "flagged" else numbers


def _read_numbers(cells: pd.Series) -> pd.Series:
    """Return the cells as numbers, missing where a cell is none."""
    return pd.to_numeric(cells.where(~_is_unknown(cells), ""), errors="coerce").astype(float)


def _is_missing(cells: pd.Series) -> pd.Series:
    return cells.str.upper().isin(MISSING)


def _is_unknown(cells: pd.Series) -> pd.Series:
    return cells.str.upper().isin(NOT_KNOWN)


def _refuse(wrong: pd.Series, cells: pd.Series, name: str, source: str, wanted: str) -> None:
    if wrong.any():
        row = cells.index[wrong][0]
        raise BadData(f"{source}, row {row}: {name} is {cells[row][:MOST_QUOTED]!r}, but must be {wanted}.")


def _refuse_extreme(numbers: pd.Series, cells: pd.Series, name: str, source: str) -> None:
    _refuse(np.isinf(numbers), cells, name, source, "a number")
    _refuse(numbers.abs() > GREATEST, cells, name, source, f"between -{GREATEST:g} and {GREATEST:g}")


def _refuse_repeats(frame: pd.DataFrame, source: str) -> None:
    """Raise BadData if an evaluator judged a pair twice, because that judgement would count double."""
    if "pair" not in frame.columns:
        return
    named = frame[frame["pair"].notna()]
    repeated = named.duplicated(["participant", "pair"])
    if repeated.any():
        row = named.index[repeated][0]
        raise BadData(
            f"{source}, row {row}: {frame.participant[row]} has already judged the pair {frame.pair[row]}. Keep one judgement."
        )
