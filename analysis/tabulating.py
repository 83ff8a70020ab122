"""Tables, whatever they are about, as CSV and LaTeX."""

from collections.abc import Iterable
from dataclasses import dataclass

from collection.tables import write_row

Cell = str | int | float | None
"""Text and counts as they are; other numbers are rounded for reading, and written whole for computing."""
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
    }
)


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is its file's; ``note`` says how to read it. Rows are as long as the header."""

    name: str
    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def to_csv(table: Table) -> str:
    """Every number with all its digits; nothing where there is none."""
    return "".join(map(write_row, _lines(table.header, ([_exact(cell) for cell in row] for row in table.rows))))


def to_latex(table: Table) -> str:
    """A table for a paper that uses booktabs."""
    columns = "l" * sum(isinstance(cell, str) for cell in table.rows[0]) if table.rows else ""
    rows = [
        " & ".join(_escape(cell) for cell in row) + r" \\"
        for row in ([readable(cell) for cell in row] for row in table.rows)
    ]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_escape(table.title)}. {_escape(table.note)}}}",
            rf"\label{{tab:{table.name}}}",
            rf"\begin{{tabular}}{{{columns.ljust(len(table.header), 'r')}}}",
            r"\toprule",
            " & ".join(map(_escape, table.header)) + r" \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def readable(cell: Cell) -> str:
    """As people read it: three significant digits, or as many as stand before the point."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return str(cell)


def _exact(cell: Cell) -> str:
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)


def _lines(header: Iterable[str], rows: Iterable[list[str]]) -> Iterable[Iterable[str]]:
    yield header
    yield from rows
