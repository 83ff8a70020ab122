"""The cells of several runs, aligned by persona, goal and seed: one page of them, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from analysis.comparing.coverage import IS_REQUESTED
from simulation.models import Run, Simulation
from simulation.progress import ENDING_WORDS, NOT_RECORDED
from studies.models import Dialogue

PLACES_A_PAGE = 50
Place = tuple[int, int, int]
"""A seed and the keys of a persona and a goal."""


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """The cells to show: those about one goal, only those whose endings differ between the runs, and ``all_dialogues`` of each
    run instead of those that all runs have."""

    goal: int | None = None
    differ: bool = False
    all_dialogues: bool = False
    page: str = "1"

    @classmethod
    def parse(cls, query: QueryDict) -> "PlaceFilter":
        """Return the query's filter; unknown values are ignored."""
        goal = query.get("goal", "")
        number = int(goal) if goal.isascii() and goal.isdigit() and len(goal) < 5 else None
        return cls(number, query.get("differ") == "yes", wants_all(query), query.get("page", "1"))


@dataclass(frozen=True, slots=True)
class AlignedCell:
    """What one run has at a place."""

    dialogue: Dialogue | None
    turns: int
    outcome: str


@dataclass(frozen=True, slots=True)
class AlignedRow:
    """A persona, goal and seed, with a cell for each run, None where it has none, and the natural dialogues about it."""

    seed: int
    persona: str
    goal: int
    domain: str
    cells: tuple[AlignedCell | None, ...]
    natural: tuple[Dialogue, ...]
    slug: str

    @property
    def differs(self) -> bool:
        """Return whether the dialogues ended differently."""
        return len({cell.outcome for cell in self.cells if cell}) > 1

    @property
    def side_by_side(self) -> str:
        """Return the address that shows its dialogues side by side; empty with fewer than two."""
        simulated = [cell.dialogue for cell in self.cells if cell and cell.dialogue]
        return side_by_side_address(self.slug, [*self.natural, *simulated])


def wants_all(query: QueryDict) -> bool:
    """Return whether a reader asks for all dialogues of each run, also those that other runs lack."""
    return query.get("dialogues") == "all"


def side_by_side_address(slug: str, dialogues: Sequence[Dialogue]) -> str:
    """Return the address of the page with these dialogues of the study; empty with fewer than two."""
    query = urlencode([("dialogue", one.token) for one in dialogues])
    return f"{reverse('side-by-side', args=[slug])}?{query}" if len(dialogues) > 1 else ""


def read_places(runs: Sequence[Run], chosen: PlaceFilter) -> Page[Any]:
    """Return a page of AlignedRows. Only its cells are read; the database groups the keys of all."""
    cells = Simulation.objects.filter(run__in=runs)
    cells = cells if chosen.goal is None else cells.filter(goal__number=chosen.goal)
    places = cells.order_by("seed", "persona_id", "goal_id").values_list("seed", "persona_id", "goal_id")
    if not chosen.all_dialogues:
        places = places.annotate(having=Count("pk", filter=IS_REQUESTED)).filter(having=len(runs))
    if chosen.differ:
        places = places.annotate(endings=Count("ending", distinct=True)).filter(endings__gt=1)
    places = places.values_list("seed", "persona_id", "goal_id")
    page: Page[Any] = Paginator(places.distinct(), PLACES_A_PAGE).get_page(chosen.page)
    page.object_list = _read_rows(runs, list(page.object_list))
    return page


def _read_rows(runs: Sequence[Run], places: Sequence[Place]) -> list[AlignedRow]:
    at: dict[Place, dict[int, Simulation]] = defaultdict(dict)
    for cell in _cells_at(runs, places):
        at[cell.seed, cell.persona_id, cell.goal_id][cell.run_id] = cell
    natural = _natural_at(runs[0].study_id, places) if runs else {}
    return [_row(runs, at[place], natural.get(place[1:], ())) for place in places if place in at]


def _cells_at(runs: Sequence[Run], places: Sequence[Place]) -> QuerySet[Simulation]:
    """Return the cells at the places; there may be others with the same seeds, personas and goals."""
    seeds, personas, goals = (set(column) for column in zip(*places, strict=True)) if places else ((), (), ())
    found = Simulation.objects.filter(run__in=runs, seed__in=seeds, persona__in=personas, goal__in=goals)
    return found.select_related("persona", "goal", "dialogue").annotate(turn_count=Count("dialogue__turns"))


def _natural_at(study: int, places: Iterable[Place]) -> dict[tuple[int, int], tuple[Dialogue, ...]]:
    pairs = {place[1:] for place in places}
    found = Dialogue.objects.filter(study=study, kind=Dialogue.Kind.NATURAL).order_by("pk")
    kept: dict[tuple[int, int], tuple[Dialogue, ...]] = {}
    for one in found.filter(persona__in={pair[0] for pair in pairs}, goal__in={pair[1] for pair in pairs}):
        pair = (one.persona_id, one.goal_id)
        kept[pair] = (*kept.get(pair, ()), one)
    return kept


def _row(runs: Sequence[Run], cells: dict[int, Simulation], natural: tuple[Dialogue, ...]) -> AlignedRow:
    first = next(iter(cells.values()))
    aligned = tuple(_aligned(cells[run.pk]) if run.pk in cells else None for run in runs)
    return AlignedRow(
        first.seed, first.persona.code, first.goal.number, first.goal.domain, aligned, natural, runs[0].study.slug
    )


def _aligned(cell: Simulation) -> AlignedCell:
    if cell.finished_at:
        outcome = ENDING_WORDS.get(cell.ending, NOT_RECORDED)
    else:
        outcome = "cancelled" if cell.is_cancelled else "not ended yet"
    return AlignedCell(cell.dialogue, getattr(cell, "turn_count", 0), outcome)
