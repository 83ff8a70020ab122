"""Stepping through a filtered list on the pages of its dialogues."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from roleplay_site.finding.requests import Wanted, read_wanted
from studies.models import Dialogue
from studies.search.matching import by_index


@dataclass(frozen=True, slots=True)
class Step:
    """The place of a dialogue in a list, counted from 1, and the tokens of its neighbours, empty at the ends."""

    wanted: Wanted
    number: int
    total: int
    before: str
    after: str


def read_step(dialogue: Dialogue, asked: QueryDict) -> Step | None:
    """Return the place of the dialogue in the list that the address asks for; None if it asks for none.

    The dialogue may have left the list, for example when its tag was removed. Its neighbours are those of its old place.
    """
    if not asked:
        return None
    wanted = read_wanted(dialogue.study, asked)
    listed, order = wanted.choose(dialogue.study), wanted.order
    before, after = order.before(listed, dialogue), order.after(listed, dialogue)
    with by_index():
        return Step(
            wanted,
            before.count() + 1,
            listed.count(),
            _first(order.sort(before, backwards=True)),
            _first(order.sort(after)),
        )


def _first(dialogues: QuerySet[Dialogue]) -> str:
    return dialogues.values_list("token", flat=True).first() or ""
