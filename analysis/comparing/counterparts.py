"""The other dialogues of the same persona and goal: from a natural dialogue to its simulations, and back."""

from dataclasses import dataclass

from django.db.models import Q

from analysis.comparing.aligned_cells import side_by_side_address
from analysis.comparing.side_by_side import MOST_DIALOGUES, Side, runs_of
from studies.models import Dialogue

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Counterpart(Side):
    """Another dialogue, with the address that shows it beside this one."""

    beside: str


@dataclass(frozen=True, slots=True)
class Counterparts:
    """The first of ``count`` other dialogues, natural ones before those of runs, and the address of several together."""

    others: list[Counterpart]
    count: int
    together: str

    @property
    def shown_together(self) -> int:
        return MOST_DIALOGUES - 1


def read_counterparts(dialogue: Dialogue) -> Counterparts:
    """Return the natural dialogues and those of runs with the same persona and goal, without this and without branches."""
    others = Dialogue.objects.filter(persona=dialogue.persona_id, goal=dialogue.goal_id).exclude(pk=dialogue.pk)
    wanted = others.filter(Q(kind=Dialogue.Kind.NATURAL) | Q(simulation__isnull=False))
    listed = list(wanted.order_by("kind", "pk")[:MOST_LISTED])
    slug, runs = dialogue.study.slug, runs_of(listed)
    together = side_by_side_address(slug, [dialogue, *listed][:MOST_DIALOGUES])
    found = [
        Counterpart(one, runs.get(one.pk), (), side_by_side_address(slug, _in_order(dialogue, one))) for one in listed
    ]
    return Counterparts(found, wanted.count(), together)


def _in_order(one: Dialogue, other: Dialogue) -> list[Dialogue]:
    """Return both, a natural one first."""
    return sorted([one, other], key=lambda each: each.kind != Dialogue.Kind.NATURAL)
