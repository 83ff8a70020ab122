"""The first dialogues that a search finds, in order: enough to page and step through without counting all of a large study."""

from dataclasses import dataclass

from roleplay_site.finding.requests import Wanted
from studies.models import Study
from studies.search.matching import by_index

MOST_FOUND = 10_000
"""Dialogues that a list shows of those found. Counting all that have frequent words takes longer than anything else."""


@dataclass(frozen=True, slots=True)
class FirstFound:
    """Keys of dialogues in the order of their list; ``is_cut`` if it has more."""

    keys: list[int]
    is_cut: bool


def find_first(study: Study, wanted: Wanted, most: int = MOST_FOUND) -> FirstFound:
    """Return the first dialogues that are wanted, in one query."""
    keys = wanted.order.sort(wanted.choose(study)).values_list("pk", flat=True)
    with by_index():
        found = list(keys[: most + 1])
    return FirstFound(found[:most], len(found) > most)
