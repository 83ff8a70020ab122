"""Early failures: a run whose first dialogues fail in the same way pauses, because the rest would only cost time."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from simulation.cells import CELLS
from simulation.models import Run
from studies.models import ENDINGS

FIRST = 20
"""The number of a run's first dialogues that are judged."""
FAILING = ("no_prompt", "empty_output", "incoherent_inquirer", "incoherent_responder", "context_full", "model_error")
_REMEDIES = {
    "no_prompt": "Examine {inquirer} on the Models page, and start a new run with the prompt set that it recommends.",
    "empty_output": "Examine both models on the Models page, and start a new run with the settings that it recommends.",
    "incoherent_inquirer": "Examine {inquirer} on the Models page, and start a new run with the settings that it recommends.",
    "incoherent_responder": "Examine {responder} on the Models page, and start a new run with the settings that it recommends.",
    "context_full": "Raise `context` in models.toml, and start a new run.",
    "model_error": "The provider refuses these texts: read the outputs, or choose another model.",
}


@dataclass(frozen=True, slots=True)
class EarlyFailure:
    """How most of a run's first dialogues ended, and how many of them."""

    ending: str
    count: int

    def explain(self, run: Run) -> str:
        """Return why the run is paused and what to do."""
        words = dict(ENDINGS)[self.ending]
        remedy = _REMEDIES[self.ending].format(inquirer=run.inquirer, responder=run.responder)
        count = "All" if self.count == FIRST else self.count
        return (
            f"{count} of the first {FIRST} dialogues ended with “{words}”, so the run was paused. {remedy} If this is what"
            " you want to study, continue despite the failures."
        )


def find_early_failure(run: Run) -> EarlyFailure | None:
    """Return how the run's first dialogues fail if more than half of them fail in the same way and it does not ignore this."""
    if run.ignores_failures:
        return None
    ended = run.simulations.filter(finished_at__isnull=False).order_by("finished_at", "pk")
    first = list(ended.values_list("ending", flat=True)[:FIRST])
    if len(first) < FIRST:
        return None
    ending, count = Counter(first).most_common(1)[0]
    return EarlyFailure(ending, count) if ending in FAILING and 2 * count > FIRST else None


def pause_if_failing(run: Run) -> None:
    """Pause the run if the last of its first dialogues has just ended and they fail in the same way.

    The transaction holds the run's row. Turns in progress are finished and stored. Retries and withdrawals also count as
    worked, so the judgement may come a few dialogues later; it is not repeated for ever, because it reads all ended cells.
    """
    if FIRST <= run.worked_dialogues < 2 * FIRST:
        run.refresh_from_db(fields=["ignores_failures"])
        if found := find_early_failure(run):
            CELLS.halt(run, found.explain(run))


@transaction.atomic
def ignore_failures(run: Run) -> None:
    """Let the run continue despite its early failures, and remove the message about them."""
    row = CELLS.lock(run)
    message = "" if find_early_failure(row) and not row.is_running else row.message
    Run.objects.filter(pk=run.pk).update(ignores_failures=True, message=message)
    run.ignores_failures, run.message = True, message
