"""Budgets: the cost at which a run pauses. Turns in progress are finished and stored first."""

from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from simulation.cells import CELLS
from simulation.costs import cost_of, show_money, unpriced_apis
from simulation.models import Run, Simulation
from simulation.requests import RequestError, check_budget
from studies.audit import Verb, record

_PLACE = "[models.{}.price]"


def parse_budget(text: str) -> float:
    """Return the budget in a text. Raises RequestError."""
    try:
        budget = float(text)
    except ValueError:
        budget = float("nan")
    check_budget(budget, text)
    return budget


@transaction.atomic
def set_budget(run: Run, budget: float | None, models_file: Path | None = None) -> None:
    """Change the run's budget; None removes it. Raises RequestError, also if the cost would be unknown.

    A run that has stopped at its old budget no longer says so if it may start again.
    """
    if budget is not None:
        check_budget(budget)
        _refuse_without_prices(run, models_file)
    row = CELLS.lock(run)
    was_spent, before, row.budget = is_spent(row), row.budget, budget
    if was_spent and not is_spent(row) and not row.is_running:
        row.message = ""
    row.save(update_fields=["budget", "message"])
    if row.budget != before:
        record(row.study, Verb.CHANGED, f"the budget of the run “{run}”")
    run.budget, run.message = row.budget, row.message


def is_spent(run: Run) -> bool:
    """Return whether no further turn may begin, because the run has reached its budget or its cost is not known."""
    cost = cost_of(run)
    return run.budget is not None and cost is not None and (cost.estimate >= run.budget or not cost.is_known)


def why_spent(run: Run) -> str:
    """Return why the run has stopped, and what to do."""
    cost = cost_of(run)
    if cost is None or run.budget is None:
        return ""
    if not cost.is_known:
        return (
            f"The provider reported no token counts for {cost.uncounted} of {cost.counted + cost.uncounted} outputs, so the "
            "cost is unknown and the budget cannot be kept. Remove the budget and start the run again."
        )
    budget = show_money(run.budget, cost.currency)
    return (
        f"The run has cost {cost.words} and reached its budget of {budget}. Raise the budget and start the run again."
    )


def claim_within_budget(run: Run, items: QuerySet[Simulation], worker: str, count: int) -> list[Simulation]:
    """Claim up to ``count`` of ``items``, all cells of ``run``; none once the run has reached its budget.

    A run with a budget is locked meanwhile, as it is while it is paused at its budget. Otherwise the pause could miss a cell
    that is just being claimed, and say what the run has cost before its last turn.
    """
    if run.budget is None:
        return CELLS.claim_of(run, items, worker, count)
    with transaction.atomic():
        return [] if is_spent(CELLS.lock(run)) else CELLS.claim_of(run, items, worker, count)


def halt_spent_runs() -> None:
    """Pause the running runs that have reached their budgets, once no worker holds any of their dialogues."""
    for run in Run.objects.filter(state=Run.State.RUNNING, budget__isnull=False):
        if is_spent(run):
            _halt_if_idle(run)


@transaction.atomic
def _halt_if_idle(run: Run) -> None:
    row = CELLS.lock(run)
    if is_spent(row) and not CELLS.held(row).exists():
        CELLS.halt(row, why_spent(row))


def _refuse_without_prices(run: Run, models_file: Path | None) -> None:
    missing = unpriced_apis(run, models_file)
    if not missing and cost_of(run) is None:
        missing = list(run.models_needed)
    if missing:
        tables = " and ".join(map(_PLACE.format, missing))
        raise RequestError(
            f"A budget needs prices. Add {tables} with `input` and `output`, the prices of a million tokens, to models.toml.",
            "budget",
        )
