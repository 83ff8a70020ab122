"""Delete all simulated dialogues of a participant who withdraws, and all branches that contain their words."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from simulation.cells import CELLS
from simulation.models import Branch, Run, Simulation
from studies.models import Dialogue, Persona


def forget_persona(persona: Persona, **_signal: Any) -> None:
    """Delete the persona's cells and their dialogues; a worker that holds one notices this and drops it.

    Runs without other open cells are finished after the transaction, because workers lock a cell before its run.
    """
    cells = Simulation.objects.select_for_update(of=("self",)).filter(persona=persona)
    runs = {cell.run_id for cell in cells}
    forget_branches(persona)
    Simulation.objects.filter(persona=persona).delete()
    Dialogue.objects.filter(persona=persona, kind=Dialogue.Kind.SIMULATED).delete()
    transaction.on_commit(partial(_finish_complete, runs))


def forget_branches(persona: Persona) -> None:
    """Delete the branches of the persona's dialogues, those with this persona, and the branches of both: each begins
    with copies of its parent's turns.

    What is found is locked: the persona and the parents as a new branch locks them, a branch before its dialogue as workers
    do.
    """
    list(Persona.objects.select_for_update(of=("self",)).filter(pk=persona.pk))
    found: set[int] = set()
    parents = _lock_dialogues(Q(persona=persona) & ~Q(kind=Dialogue.Kind.BRANCH))
    is_theirs = Q(dialogue__persona=persona)
    while newest := _lock_branches(Q(parent__in=parents) | is_theirs) - found:
        found |= newest
        parents = _lock_dialogues(Q(pk__in=newest))
    Dialogue.objects.filter(pk__in=found).delete()


def _lock_branches(chosen: Q) -> set[int]:
    """Lock the chosen branches; return the keys of their dialogues."""
    rows = Branch.objects.select_for_update(of=("self",)).filter(chosen).order_by("pk")
    return set(rows.values_list("dialogue", flat=True))


def _lock_dialogues(chosen: Q) -> set[int]:
    """Lock the chosen dialogues; return their keys."""
    rows = Dialogue.objects.select_for_update(of=("self",)).filter(chosen).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def _finish_complete(ids: Iterable[int]) -> None:
    for run in Run.objects.filter(pk__in=ids):
        CELLS.finish_if_complete(run)
