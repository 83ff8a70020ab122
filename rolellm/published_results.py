"""Results that the paper prints, for comparison with one's own: scores and wins (tables 3 to 5), elicitations (table 7)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from rolellm.elicitation import Elicitation
from rolellm.languages import Language

Split = Literal["instruction", "role"]


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A model's results in percent; None where the paper prints none. Wins are over RoleGPT."""

    model: str
    cus: float
    raw: float
    spe: float
    average: float
    wins_by_model: float | None = None
    wins_by_people: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """The results on one split, with their source, and ``notes`` about slips of the print."""

    language: Language
    split: Split
    source: str
    notes: str
    rows: tuple[PublishedRow, ...]


@dataclass(frozen=True, slots=True)
class PublishedElicitation:
    """How often an elicitation was ranked first, in percent, and its mean rank among three."""

    elicitation: Elicitation
    first: float
    mean_rank: float


def published_table(language: Language, split: Split) -> PublishedTable | None:
    """Return the paper's results on that split; None if it has none, as for Chinese roles that were not trained on."""
    for table in _data()["tables"]:
        if (table["language"], table["split"]) == (language, split):
            rows = tuple(PublishedRow(**row) for row in table["rows"])
            return PublishedTable(language, split, table["source"], table["notes"], rows)
    return None


def published_elicitations() -> tuple[PublishedElicitation, ...]:
    """Return the paper's comparison of the three elicitations."""
    return tuple(PublishedElicitation(**row) for row in _data()["elicitations"]["rows"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("rolellm.data").joinpath("published_results.toml").read_text("utf-8"))
