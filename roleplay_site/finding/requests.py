"""What a researcher asks for in the list of dialogues: the query of its address."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from roleplay_site.finding.filters import CHOICES, MOST_TURNS
from roleplay_site.finding.orders import LATEST, ORDERS, Order
from studies.models import Dialogue, Study
from studies.search.matching import finds
from studies.search.query import LONGEST_QUERY, Query, read_query

_PERSONA_LENGTH = 40


@dataclass(frozen=True)
class Wanted:
    """Search words, values of filters by name, and an order. ``least`` and ``most`` limit the number of turns."""

    words: str = ""
    values: dict[str, str] = field(default_factory=dict)
    persona: str = ""
    least: int | None = None
    most: int | None = None
    sort: str = LATEST

    @cached_property
    def query(self) -> Query | None:
        """Return the search; None without one."""
        return read_query(self.words) if self.words else None

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    @property
    def address(self) -> str:
        """Return this as the query of an address; empty if everything is wanted."""
        given = {"q": self.words, **self.values, "persona": self.persona, "least": self.least, "most": self.most}
        given["sort"] = "" if self.sort == LATEST else self.sort
        return urlencode({name: value for name, value in given.items() if value not in ("", None)})

    @property
    def link(self) -> str:
        """Return the same for the pages of its dialogues, which step through no list unless their address asks for one."""
        return self.address or urlencode({"sort": LATEST})

    def choose(self, study: Study) -> QuerySet[Dialogue]:
        """Return the study's dialogues that are wanted, in no order. Branches are only among them if their kind is."""
        dialogues = study.dialogues.all()
        if "kind" not in self.values:
            dialogues = dialogues.exclude(kind=Dialogue.Kind.BRANCH)
        for choice in CHOICES:
            if choice.name in self.values:
                dialogues = dialogues.filter(choice.condition(self.values[choice.name]))
        if self.persona:
            dialogues = dialogues.filter(persona__code__iexact=self.persona)
        if self.query is not None:
            dialogues = dialogues.filter(finds(self.query))
        if self.least is not None:
            dialogues = dialogues.filter(length__gte=self.least)
        if self.most is not None:
            dialogues = dialogues.filter(length__lte=self.most)
        return dialogues


def read_wanted(study: Study, asked: QueryDict) -> Wanted:
    """Return what an address asks for. What the study does not offer is ignored, because links outlive tags and runs."""
    values = {choice.name: asked.get(choice.name, "") for choice in CHOICES}
    given = {
        choice.name: values[choice.name]
        for choice in CHOICES
        if values[choice.name] and values[choice.name] in dict(choice.read(study))
    }
    return Wanted(
        words=asked.get("q", "").strip()[:LONGEST_QUERY],
        values=given,
        persona=asked.get("persona", "").replace("\x00", "").strip()[:_PERSONA_LENGTH],
        least=_number(asked.get("least", "")),
        most=_number(asked.get("most", "")),
        sort=sort if (sort := asked.get("sort", "")) in ORDERS else LATEST,
    )


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(int(text), MOST_TURNS) if is_number else None
