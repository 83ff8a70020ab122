"""Delete all simulated dialogues of a participant who withdraws."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from simulation.cells import CELLS
from simulation.models import Run, Simulation
from studies.models import Dialogue, Persona


def forget_persona(persona: Persona, **_signal: Any) -> None:
    """Delete the persona's cells and their dialogues; a worker that holds one notices this and drops it.

    Runs without other open cells are finished after the transaction, because workers lock a cell before its run.
    """
    cells = Simulation.objects.select_for_update(of=("self",)).filter(persona=persona)
    runs = {cell.run_id for cell in cells}
    Simulation.objects.filter(persona=persona).delete()
    Dialogue.objects.filter(persona=persona, kind=Dialogue.Kind.SIMULATED).delete()
    transaction.on_commit(partial(_finish_complete, runs))


def _finish_complete(ids: Iterable[int]) -> None:
    for run in Run.objects.filter(pk__in=ids):
        CELLS.finish_if_complete(run)
