"""The page that lists a study's dialogues."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import QueryDict

from roleplay_site.finding.filters import CHOICES, Choices
from roleplay_site.finding.first_found import find_first
from roleplay_site.finding.orders import ORDERS
from roleplay_site.finding.requests import Wanted, read_wanted
from studies.bulk_annotations import MOST_AT_ONCE
from studies.models import Dialogue, Study, Turn, is_excluded
from studies.search.excerpts import Excerpt, find_excerpt

DIALOGUES_A_PAGE = 50
MOST_CODES = 200
"""Codes of personas that the form suggests."""


@dataclass(frozen=True, slots=True)
class FilterField:
    """A filter in the form."""

    name: str
    label: str
    choices: Choices
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """A dialogue in the list. ``excerpt``: where the search found it."""

    dialogue: Dialogue
    turns: int
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True)
class DialogueList:
    """One page of the dialogues that are wanted. ``is_cut``: a search found more than the list shows."""

    study: Study
    wanted: Wanted
    fields: list[FilterField]
    codes: list[str]
    lines: list[Line]
    page: Page[Any]
    is_cut: bool

    @property
    def orders(self) -> list[tuple[str, str]]:
        return [(name, order.words) for name, order in ORDERS.items()]

    @property
    def is_filtered(self) -> bool:
        return bool(self.wanted.address)

    @property
    def has_filters(self) -> bool:
        """Return whether more than words is asked for, so that the form shows it."""
        return self.wanted != Wanted(words=self.wanted.words)

    @property
    def may_be_changed(self) -> bool:
        """Return whether all dialogues of the list can be tagged or excluded at once."""
        return self.page.paginator.count <= MOST_AT_ONCE and not self.is_cut

    @property
    def known_tags(self) -> Choices:
        return next((field.choices for field in self.fields if field.name == "tag"), [])

    @property
    def lacks_words(self) -> bool:
        """Return whether something was typed that has neither letters nor digits."""
        return self.wanted.query is not None and not self.wanted.query.terms


def read_dialogue_list(study: Study, asked: QueryDict) -> DialogueList:
    """Read the page that the address asks for, in a bounded number of queries."""
    wanted = read_wanted(study, asked)
    fields = [FilterField(one.name, one.label, one.read(study), wanted.values.get(one.name, "")) for one in CHOICES]
    page, is_cut = _read_page(study, wanted, asked.get("page", "1"))
    codes = study.personas.order_by("code").values_list("code", flat=True)[:MOST_CODES]
    shown = [field for field in fields if field.choices]
    return DialogueList(study, wanted, shown, list(codes), _read_lines(wanted, list(page.object_list)), page, is_cut)


def _read_page(study: Study, wanted: Wanted, number: str) -> tuple[Page[Any], bool]:
    """Return the keys of the dialogues on that page, and whether a search found more than the list shows."""
    if wanted.query is not None:
        found = find_first(study, wanted)
        return Paginator(found.keys, DIALOGUES_A_PAGE).get_page(number), found.is_cut
    keys = wanted.order.sort(wanted.choose(study)).values_list("pk", flat=True)
    page: Page[Any] = Paginator(keys, DIALOGUES_A_PAGE).get_page(number)
    page.object_list = list(page.object_list)
    return page, False


def _read_lines(wanted: Wanted, keys: list[int]) -> list[Line]:
    """Return the dialogues in the order of their keys."""
    rows = Dialogue.objects.filter(pk__in=keys).select_related("goal", "persona", "condition").prefetch_related("tags")
    counted = rows.annotate(turn_count=Count("turns"), is_excluded=is_excluded()).in_bulk()
    excerpts = _read_excerpts(wanted, keys)
    return [Line(counted[key], counted[key].turn_count, excerpts.get(key)) for key in keys if key in counted]


def _read_excerpts(wanted: Wanted, keys: list[int]) -> dict[int, Excerpt | None]:
    if wanted.query is None:
        return {}
    turns: dict[int, list[Turn]] = {key: [] for key in keys}
    for turn in Turn.objects.filter(dialogue__in=keys).order_by("position"):
        turns[turn.dialogue_id].append(turn)
    return {key: find_excerpt(wanted.query, of_dialogue) for key, of_dialogue in turns.items()}
