"""How often evaluators named each utterance as the one that reveals the dialogue they took for artificial."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from django.db.models import Count, Q

from evaluation.inquirers import name_inquirer
from evaluation.models import Judgement
from evaluation.models.judgements import Judgements

LEVELS = 4
"""Shades beside "never", so that the heat map can be read in both colour schemes."""
CHOSEN = {"simulated": "artificial dialogue", "natural": "natural dialogue"}
"""The dialogue that was taken for artificial; "not sure" names none."""


@dataclass(frozen=True, slots=True)
class Heat:
    """How many of ``total`` judgements named an utterance."""

    count: int
    total: int

    @property
    def level(self) -> int:
        """Return its shade: 0 if nobody named it, LEVELS if everybody did."""
        return ceil(LEVELS * self.count / self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class NamedRow:
    """The judgements of an inquirer's pairs that chose the same dialogue: those that named ``none`` of its utterances, and the
    others by utterance number."""

    inquirer: str
    chosen: str
    none: Heat
    utterances: Sequence[Heat]


def count_named(judgements: Judgements) -> list[NamedRow]:
    """Return a row for each inquirer and chosen dialogue, all with as many utterances as the longest; ``judgements`` have
    ``chosen_kind``."""
    keys = ("pair__model", "pair__elicitation", "chosen_kind", "utterance_number")
    named = judgements.filter(Q(**{"chosen_kind__in": CHOSEN})).exclude(utterance_number=None)
    counts: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for model, elicitation, kind, number, count in named.order_by().values_list(*keys).annotate(count=Count("pk")):
        counts[name_inquirer(model, elicitation), CHOSEN[kind]][number] += count
    longest = max((max(row) for row in counts.values()), default=0)
    return [_row(*key, counts[key], longest) for key in sorted(counts)]


def _row(inquirer: str, chosen: str, counts: Counter[int], longest: int) -> NamedRow:
    none = Judgement.NO_SINGLE_UTTERANCE
    heats = {number: Heat(counts[number], counts.total()) for number in (none, *range(1, longest + 1))}
    return NamedRow(inquirer, chosen, heats.pop(none), list(heats.values()))
