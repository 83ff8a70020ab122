"""Stepping through a filtered list on the pages of its dialogues."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from roleplay_site.finding.first_found import find_first
from roleplay_site.finding.requests import Wanted, read_wanted
from studies.models import Dialogue
from studies.search.matching import by_index


@dataclass(frozen=True, slots=True)
class Step:
    """The place of a dialogue in a list, counted from 1, and the tokens of its neighbours, empty at the ends.

    ``is_cut``: more than the ``total`` dialogues of the list were found.
    """

    wanted: Wanted
    number: int
    total: int
    before: str
    after: str
    is_cut: bool = False


def read_step(dialogue: Dialogue, asked: QueryDict) -> Step | None:
    """Return the place of the dialogue in the list that the address asks for; None if it asks for none.

    The dialogue may have left the list, for example when its tag was removed. Its neighbours are those of its old place.
    """
    if not asked:
        return None
    wanted = read_wanted(dialogue.study, asked)
    step = None if wanted.query is None else _among_first(dialogue, wanted)
    return step or _by_counting(dialogue, wanted)


def _among_first(dialogue: Dialogue, wanted: Wanted) -> Step | None:
    """Return the place among the dialogues that a search found; None if the dialogue is not among the first ones."""
    found = find_first(dialogue.study, wanted)
    if dialogue.pk not in found.keys:
        return None
    place = found.keys.index(dialogue.pk)
    before, _, after = [None, *found.keys, None][place : place + 3]
    tokens = dict(Dialogue.objects.filter(pk__in=filter(None, (before, after))).values_list("pk", "token"))
    return Step(
        wanted, place + 1, len(found.keys), tokens.get(before or 0, ""), tokens.get(after or 0, ""), found.is_cut
    )


def _by_counting(dialogue: Dialogue, wanted: Wanted) -> Step:
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
