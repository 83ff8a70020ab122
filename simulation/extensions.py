"""Extend a run that exists: more seeds, and new dialogues in place of failed ones."""

from collections.abc import Collection, Iterable, Iterator

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.seeds import SPEAKERS
from simulation.batches import PIECE, add_cells
from simulation.casting import refuse_changed
from simulation.cells import CELLS, Cells
from simulation.models import FailedDialogue, Run, Simulation
from simulation.requests import RequestError, check_seeds
from simulation.services import queue_run
from studies.audit import Verb, record
from studies.models import Dialogue

FAILED = "model_error"
"""The ending of dialogues that failed: a provider refused an output. The others are results of the method."""
RETRIABLE = (FAILED, "empty_output", "no_prompt")
"""Endings after which a dialogue can be tried again. All but the first must be chosen explicitly."""


@transaction.atomic
def add_seeds(run: Run, seeds: Collection[int], started_by: User | None = None) -> int:
    """Add a batch with a cell for each seed at every persona and goal of the run, and queue it, unless the run is paused.

    Return the number of cells; those that the run has already are left out. Raises RequestError.
    """
    check_seeds(seeds)
    _refuse_changed(run)
    state = CELLS.lock(run).state
    pairs = list(run.simulations.order_by("persona", "goal").values_list("persona", "goal").distinct())
    added = add_cells(run, ((seed, persona, goal) for seed in seeds for persona, goal in pairs))
    if not added:
        raise RequestError("The run already has all dialogues of these seeds. Enter other seeds.")
    record(run.study, Verb.ADDED, f"{added} dialogues of more seeds to the run “{run}”")
    if state != Run.State.PAUSED:
        queue_run(run, started_by)
    return added


@transaction.atomic
def retry_failed(run: Run, endings: Collection[str] = (FAILED,), cells: Cells | None = None) -> int:
    """Open the run's ``cells`` whose dialogues have these endings, by default all of them. Return their number.

    The failed dialogues stay stored, but results and exports no longer use them. Each cell gets a new dialogue with other
    sampler seeds. A run that has ended is paused until it is queued or started. Raises RequestError.
    """
    if not endings or not set(endings) <= set(RETRIABLE):
        raise RequestError(f"Choose the endings to retry from: {', '.join(RETRIABLE)}.")
    _refuse_changed(run)
    state = CELLS.lock(run).state
    chosen = run.simulations.all() if cells is None else cells
    failed = chosen.exclude(finished_at=None).filter(dialogue__ending__in=endings)
    count = sum(_open_again(piece) for piece in _pieces(failed))
    if count and state in (Run.State.FINISHED, Run.State.CANCELLED):
        Run.objects.filter(pk=run.pk).update(state=Run.State.PAUSED)
    record(run.study, Verb.CHANGED, f"the run “{run}”: {count} failed dialogues to try again")
    run.refresh_from_db()
    return count


def parse_endings(text: str) -> tuple[str, ...]:
    """Return the endings separated by commas."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _pieces(cells: QuerySet[Simulation]) -> Iterator[list[tuple[int, int]]]:
    """Yield keys of cells and of their dialogues, a bounded number at once; the caller opens the cells of each piece."""
    while piece := list(cells.order_by("pk").values_list("pk", "dialogue")[:PIECE]):
        yield piece


def _open_again(piece: Iterable[tuple[int, int]]) -> int:
    cells, dialogues = zip(*piece, strict=True)
    FailedDialogue.objects.bulk_create(
        FailedDialogue(cell_id=cell, dialogue_id=dialogue) for cell, dialogue in zip(cells, dialogues, strict=True)
    )
    Dialogue.objects.filter(pk__in=dialogues).update(is_replaced=True)
    return Simulation.objects.filter(pk__in=cells).update(
        dialogue=None, finished_at=None, ending="", retries=F("retries") + 1
    )


def _refuse_changed(run: Run) -> None:
    """Raise RequestError unless the run's models can still play its dialogues."""
    if run.configuration.get("imported"):
        raise RequestError("This run was imported, so its models cannot continue it. Start a new run.")
    try:
        for speaker in SPEAKERS:
            refuse_changed(settings.MODELS_FILE, run.configuration, speaker)
    except ModelMisconfigured as error:
        raise RequestError(str(error)) from error
