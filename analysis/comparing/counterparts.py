"""The other dialogues of the same persona and goal: from a natural dialogue to its simulations, and back."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from analysis.comparing.aligned_cells import side_by_side_address
from analysis.comparing.side_by_side import MOST_DIALOGUES, Side, runs_of
from studies.models import Dialogue, is_excluded

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Counterpart(Side):
    """Another dialogue, with the address that shows it beside this one."""

    beside: str


@dataclass(frozen=True, slots=True)
class Counterparts:
    """The first of ``count`` other dialogues, natural ones before those of runs, and the address of several together.

    ``of_each`` is the address of the people's dialogue and one of each inquirer model; empty if those are the same.
    """

    others: list[Counterpart]
    count: int
    together: str
    of_each: str

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
    each = side_by_side_address(slug, _one_of_each(wanted | Dialogue.objects.filter(pk=dialogue.pk)))
    return Counterparts(found, wanted.count(), together, "" if each == together else each)


def _one_of_each(dialogues: QuerySet[Dialogue]) -> list[Dialogue]:
    """Return a natural dialogue, if there is one, and the first of each inquirer model that no researcher excluded."""
    counted = dialogues.exclude(is_excluded()).order_by("kind", "pk")
    first: dict[str | None, int] = {}
    for key, model in counted.values_list("pk", "simulation__run__inquirer"):
        first.setdefault(model, key)
    return list(Dialogue.objects.filter(pk__in=list(first.values())[:MOST_DIALOGUES]).order_by("kind", "pk"))


def _in_order(one: Dialogue, other: Dialogue) -> list[Dialogue]:
    """Return both, a natural one first."""
    return sorted([one, other], key=lambda each: each.kind != Dialogue.Kind.NATURAL)
