"""The layout of an analysis page: the most important results first, and figures next to the tables that they show."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Shown = Mapping[str, Any]
_PAPER_NUMBER = re.compile(r"(table|figure)-(\d+)")


@dataclass(frozen=True, slots=True)
class _Place:
    """Names of the tables and figures of a section. The page shows one table of ``choice`` at a time, selected by its label;
    tables in ``details`` are collapsed."""

    identifier: str
    title: str
    choice: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: the available content at one position, and sentences about missing figures."""

    identifier: str
    title: str
    choice: list[Shown] = field(default_factory=list)
    tables: list[Shown] = field(default_factory=list)
    figures: list[Shown] = field(default_factory=list)
    details: list[Shown] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.choice or self.tables or self.figures or self.details or self.gaps)


_PLACES = (
    _Place(
        "detection",
        "Undetected simulations",
        tables=("table-3",),
        figures=("figure-2", "figure-13", "detection-by-model", "durations"),
    ),
    _Place(
        "differences",
        "Differences between models",
        choice=(("table-10-none", "unadjusted"), ("table-10-holm", "Holm"), ("table-10-tukey", "Tukey")),
        figures=("contrasts", "random-effects"),
        details=("contrasts", "effects"),
    ),
    _Place("readings", "Sensitivity analyses", tables=("sensitivity",)),
    _Place("people", "Natural and simulated dialogues", tables=("comparison",)),
    _Place("simulated", "Simulated dialogues", tables=("table-1",), figures=("figure-8",), details=("table-7",)),
    _Place(
        "drift",
        "Drift of characters",
        tables=("drift", "drift-by-turn", "drift-judges"),
        figures=("drift-by-turn", "drift-judges"),
        details=("drift-signs",),
    ),
    _Place("personas", "Lexical diversity and the persona", tables=("table-2",)),
)
PARTICIPANTS = "participants"
"""The section of all figures without another place: one for each feature of the study's form."""


def arrange(shown: Shown) -> list[Section]:
    """Return the sections that have content, in the order of the page; a table without rows is left out."""
    filled_tables = [in_columns(table) for table in shown.get("tables", ()) if table["groups"]]
    tables, figures = _by_name(filled_tables), _by_name(shown.get("figures", ()))
    gaps = {one["name"]: f"Missing {_called(one['name'])}: {one['reason']}" for one in shown.get("undrawn", ())}
    sections = [_filled(place, tables, figures, gaps) for place in _PLACES]
    placed = {name for place in _PLACES for name in place.figures}
    sections.append(
        Section(
            PARTICIPANTS,
            "Participants",
            figures=[figure for name, figure in figures.items() if name not in placed],
            gaps=[gap for name, gap in gaps.items() if name not in placed],
        )
    )
    return [section for section in sections if not section.is_empty]


def _filled(
    place: _Place, tables: Mapping[str, Shown], figures: Mapping[str, Shown], gaps: Mapping[str, str]
) -> Section:
    return Section(
        place.identifier,
        place.title,
        choice=[{**tables[name], "label": label} for name, label in place.choice if name in tables],
        tables=_present(place.tables, tables),
        figures=_present(place.figures, figures),
        details=_present(place.details, tables),
        gaps=[gaps[name] for name in place.figures if name in gaps],
    )


def _by_name(items: Iterable[Shown]) -> dict[str, Shown]:
    """Return the items by name, with their number in the paper if they have one."""
    return {item["name"]: {**item, "number": _paper_number(item["name"])} for item in items}


def in_columns(table: Shown) -> dict[str, Any]:
    """Return the table, where each cell says whether its column holds numbers."""
    first, *others = table["numeric"]
    groups = [(about, [_cells(row, others) for row in rows]) for about, rows in table["groups"]]
    return {**table, "header": _cells(table["header"], [first, *others]), "groups": groups}


def _cells(texts: Iterable[str], numeric: Iterable[bool]) -> list[Shown]:
    return [{"text": text, "is_numeric": is_numeric} for text, is_numeric in zip(texts, numeric, strict=True)]


def _present(names: Iterable[str], items: Mapping[str, Shown]) -> list[Shown]:
    return [items[name] for name in names if name in items]


def _paper_number(name: str) -> str:
    found = _PAPER_NUMBER.match(name)
    return f"{found[1].capitalize()} {found[2]}" if found else ""


def _called(name: str) -> str:
    return _paper_number(name).lower() or f"figure “{name}”"
