"""Tables of any kind, as CSV and LaTeX."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from studies.files.tables import write_spreadsheet_row

DASH = "–"
"""Placeholder for a missing value."""
NOT_MEASURED = "not measured in this language"
"""Instead of a value that would need the words of another language: 0 would be wrong."""
Cell = str | int | float | None
"""Text and counts are written unchanged; other numbers are rounded for people and complete in CSV."""
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "−": "$-$",
        "χ": r"$\chi$",
        "²": "$^2$",
        "“": "``",
        "”": "''",
        "<": "$<$",
        ">": "$>$",
        "|": r"\textbar{}",
        # At the beginning of a row LaTeX would read these as arguments of the previous row's end.
        "[": "{[}",
        "*": "{*}",
    }
)


class Probability(float):
    """A p value, written with three digits and no leading zero, or as below .001."""


class Percentage(float):
    """A share in per cent, written with one decimal."""


class PrintedCell(NamedTuple):
    """A cell as people read it; numbers are aligned right."""

    text: str
    is_numeric: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``name`` is the name of its file; ``note`` says how to read it. Rows are as long as the header. Their first cell
    names their subject, and consecutive rows with the same subject form a group."""

    name: str
    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def numeric(self) -> list[bool]:
        """Return for each column whether it holds numbers, which are aligned right."""
        return [index > 0 and all(map(_is_numeric, cells)) for index, cells in enumerate(self._columns())]

    @property
    def groups(self) -> list[tuple[str, list[list[str]]]]:
        """Return each group's subject and the other cells of its rows, as people read them."""
        readable_rows = ([readable(cell) for cell in row] for row in self.rows)
        return [(about, [row[1:] for row in rows]) for about, rows in groupby(readable_rows, lambda row: row[0])]

    @property
    def columns(self) -> list["PrintedCell"]:
        """Return the header, each cell with whether its column holds numbers."""
        return [PrintedCell(*cell) for cell in zip(self.header, self.numeric, strict=True)]

    @property
    def aligned_groups(self) -> list[tuple[str, list[list["PrintedCell"]]]]:
        """Return ``groups`` with each cell's alignment."""
        numeric = self.numeric[1:]
        return [
            (about, [[PrintedCell(*cell) for cell in zip(row, numeric, strict=True)] for row in rows])
            for about, rows in self.groups
        ]

    def _columns(self) -> Iterator[Sequence[Cell]]:
        return zip(*self.rows, strict=True) if self.rows else iter([()] * len(self.header))


def to_csv(table: Table) -> str:
    """Return the table as CSV: numbers with all digits, missing values empty, and text guarded against formulas."""
    return "".join(map(write_spreadsheet_row, [table.header, *table.rows]))


def to_latex(table: Table) -> str:
    """Return the table for a paper that uses booktabs."""
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_escape(table.title)}. {_escape(table.note)}}}",
            rf"\label{{tab:{table.name}}}",
            rf"\begin{{tabular}}{{{''.join('r' if is_numeric else 'l' for is_numeric in table.numeric)}}}",
            r"\toprule",
            _latex_row(table.header),
            r"\midrule",
            *_latex_groups(table),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def readable(cell: Cell) -> str:
    """Return the cell for people: numbers with a sensible number of decimals."""
    match cell:
        case None:
            return DASH
        case Probability():
            return "< .001" if cell < 0.001 else f"{cell:.3f}".removeprefix("0")
        case Percentage():
            return f"{cell:.1f}"
        case float():
            return _rounded(cell).replace("-", "−")
    return str(cell)


def mean_sd(mean: float | None, sd: float | None) -> str:
    """Return both as in the paper's tables, the standard deviation in parentheses."""
    return DASH if mean is None or sd is None else f"{mean:.2f} ({sd:.2f})"


def _rounded(number: float) -> str:
    size = abs(number)
    if 0 < size < 0.0005:
        return f"{number:.1e}"
    return f"{number:.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"


def _is_numeric(cell: Cell) -> bool:
    return not isinstance(cell, str) or cell in (DASH, NOT_MEASURED) or cell.lstrip("-−")[:1].isdigit()


def _latex_groups(table: Table) -> Iterator[str]:
    """Yield the rows, printing each group's subject once and a line between groups."""
    several = any(len(rows) > 1 for _, rows in table.groups)
    for number, (about, rows) in enumerate(table.groups):
        if number and several:
            yield r"\midrule"
        for first, row in enumerate(rows):
            yield _latex_row(["" if first else about, *row])


def _latex_row(cells: Iterable[str]) -> str:
    return " & ".join(map(_escape, cells)) + r" \\"


def _escape(text: str) -> str:
    """Return the text on one line, without invisible characters: LaTeX ends a paragraph at an empty line and stops at control
    characters."""
    return "".join(filter(str.isprintable, " ".join(text.split()))).translate(_ESCAPES)
