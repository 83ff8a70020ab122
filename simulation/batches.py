"""Batches of a run's cells, however many: cells are read and stored in pieces."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Max

from simulation.models import Run, Simulation

PIECE = 2000
"""Cells in memory at once."""
Place = tuple[int, int, int]
"""A cell's seed, and the keys of its persona and its goal."""


def add_cells(run: Run, places: Iterable[Place]) -> int:
    """Add the missing cells as a separate batch, and request the cancelled ones again. Return the number of both.

    Call it in the transaction that has locked the run. A run that has ended is paused if it has work again.
    """
    batch = 1 + (run.simulations.aggregate(Max("batch"))["batch__max"] or 0)
    seeds = set(run.simulations.order_by().values_list("seed", flat=True).distinct())
    count = sum(_add(run, batch, piece, seeds) for piece in _pieces(places))
    if count:
        stopped = Run.objects.filter(pk=run.pk, state__in=[Run.State.FINISHED, Run.State.CANCELLED])
        stopped.update(state=Run.State.PAUSED)
    return count


def _pieces(places: Iterable[Place]) -> Iterator[list[Place]]:
    rest = iter(places)
    while piece := list(islice(rest, PIECE)):
        yield piece


def _add(run: Run, batch: int, piece: list[Place], known_seeds: set[int]) -> int:
    known = _known(run, [place for place in piece if place[0] in known_seeds])
    missing = [place for place in piece if place not in known]
    Simulation.objects.bulk_create(
        Simulation(run=run, persona_id=persona, goal_id=goal, seed=seed, batch=batch) for seed, persona, goal in missing
    )
    cancelled = [pk for place in piece if (pk := known.get(place))]
    return len(missing) + run.simulations.filter(pk__in=cancelled).update(is_cancelled=False)


def _known(run: Run, places: list[Place]) -> dict[Place, int | None]:
    """Return the places at which the run has a cell, each with the cell's key if it is cancelled. There may be others."""
    if not places:
        return {}
    seeds, personas, goals = (set(values) for values in zip(*places, strict=True))
    cells = run.simulations.filter(seed__in=seeds, persona__in=personas, goal__in=goals).order_by()
    rows = cells.values_list("seed", "persona", "goal", "pk", "is_cancelled")
    return {(seed, persona, goal): pk if cancelled else None for seed, persona, goal, pk, cancelled in rows}
