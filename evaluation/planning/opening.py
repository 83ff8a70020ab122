"""Opening, closing and deleting evaluations: the plan before opening, the stored pairs and assignments afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from evaluation.models import Assignment, Evaluation, Pair, Presentation
from evaluation.planning.assignments import Wanted, most_of_one_dialogue, plan_assignments
from evaluation.planning.drafts import seed_for
from evaluation.planning.planners import planner_of
from evaluation.planning.plans import NotReady, Paired, Plan, Remarks, Share, count_up
from evaluation.planning.rows import remarks_of, store_assignments, store_draft
from studies.audit import Verb, record
from studies.models import hold_in_use, refuse_archived

__all__ = [
    "NotReady",
    "Plan",
    "Share",
    "add_assignments",
    "close_evaluation",
    "delete_plan",
    "lock_evaluation",
    "open_evaluation",
    "read_plan",
]


def read_plan(evaluation: Evaluation) -> Plan:
    """Return the plan as of now, or the stored one of an opened evaluation."""
    return _planned(evaluation) if evaluation.is_planned else _stored(evaluation)


def open_evaluation(evaluation: Evaluation, now: datetime | None = None) -> None:
    """Store the pairs and assignments of a planned evaluation and let evaluators in; let them in again if it was closed.

    Opening twice opens once. The plan is computed before anything is locked, because it takes seconds in which no one could
    write; if its input has changed by then, it is computed again. Raises NotReady, or Archived.
    """
    refuse_archived(evaluation.study_id)
    planner = planner_of(evaluation)
    expected = planner.read_basis(evaluation) if evaluation.is_planned else None
    drafted = planner.draft(evaluation, expected) if expected else None
    with transaction.atomic():
        planner.hold(evaluation)
        hold_in_use(evaluation.study_id)
        locked = lock_evaluation(evaluation)
        if locked.is_planned:
            basis = planner.read_basis(locked)
            draft = drafted if drafted and basis == expected else planner.draft(locked, basis)
            if draft.problems:
                raise NotReady(*draft.problems)
            store_draft(locked, draft)
            locked.opened_at = now or timezone.now()
        locked.state, locked.closed_at = Evaluation.State.OPEN, None
        locked.save(update_fields=["state", "noted", "opened_at", "closed_at"])
        record_act(locked, Verb.OPENED)
    evaluation.refresh_from_db()


def close_evaluation(evaluation: Evaluation, now: datetime | None = None) -> None:
    """Close an open evaluation, so that no one can judge. Other evaluations are not changed."""
    with transaction.atomic():
        locked = lock_evaluation(evaluation)
        if locked.state == Evaluation.State.OPEN:
            _await_answers(locked)
            locked.state, locked.closed_at = Evaluation.State.CLOSED, now or timezone.now()
            locked.save(update_fields=["state", "closed_at"])
            record_act(locked, Verb.CLOSED)
    evaluation.refresh_from_db()


@transaction.atomic
def delete_plan(evaluation: Evaluation) -> bool:
    """Delete the evaluation if it was never opened. Return whether it was deleted."""
    planned = Evaluation.objects.select_for_update().filter(pk=evaluation.pk, state=Evaluation.State.PLANNED)
    for row in planned:
        record_act(row, Verb.DELETED)
    return bool([row.delete() for row in planned])


def record_act(evaluation: Evaluation, verb: Verb) -> None:
    """Record that this was done to the evaluation of a study or of a benchmark."""
    record(evaluation.study, verb, f"the evaluation “{evaluation}”", about=str(evaluation.benchmark or ""))


def lock_evaluation(evaluation: Evaluation) -> Evaluation:
    """Lock the evaluation until the transaction ends, and return its current row."""
    return Evaluation.objects.select_for_update(of=("self",)).select_related("study", "benchmark").get(pk=evaluation.pk)


def add_assignments(evaluation: Evaluation, pairs: Sequence[Pair]) -> list[Assignment]:
    """Add new free assignments of these main pairs, with the evaluation's training pairs and attention checks.

    The usual rules decide how many are needed, even short ones. A pair named twice is in two of them; withdrawn pairs are left
    out. The caller must hold the evaluation's row, and must not show training pairs or checks to an evaluator who
    has judged another assignment before.
    """
    rows = {pair.pk: pair for pair in pairs if pair.role == Pair.Role.MAIN and pair.withdrawn_at is None}
    wanted = [_wanted(pair) for pair in pairs if pair.pk in rows]
    if not wanted:
        return []
    count = max(-(-len(wanted) // evaluation.pairs_per_evaluator), most_of_one_dialogue(wanted))
    purpose = f"lists after {evaluation.assignments.count()}"
    return store_assignments(evaluation, plan_assignments(wanted, count, seed_for(evaluation, purpose)), rows)


def _wanted(pair: Pair) -> Wanted:
    return Wanted(pair.person, pair.goal_id or pair.subject, pair.inquirer, pair.pk)


def _await_answers(locked: Evaluation) -> None:
    """Wait for evaluators who are answering. The others wait until the transaction ends, and then find judging closed."""
    list(locked.evaluators.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _planned(evaluation: Evaluation) -> Plan:
    planner = planner_of(evaluation)
    draft = planner.draft(evaluation, planner.read_basis(evaluation))
    by_goal = sorted(enumerate(draft.pairs), key=lambda entry: entry[1].goal.number if entry[1].goal else 0)
    assignments = [[(planned.pair.id, planned.is_natural_first) for planned in one] for one in draft.assignments]
    remarks = Remarks(draft.left_out, draft.hidden, draft.warnings, draft.problems)
    pairs = [_paired(id, pair) for id, pair in by_goal]
    return count_up(evaluation, pairs, assignments, remarks, planner.rules(evaluation, remarks))


def _stored(evaluation: Evaluation) -> Plan:
    """Return the stored plan without the pairs of people who withdrew."""
    main = {"role": Pair.Role.MAIN, "withdrawn_at": None}
    rows = evaluation.pairs.filter(**main).select_related("goal").order_by("goal__number", "pk")
    presentations = Presentation.objects.filter(assignment__evaluation=evaluation, pair__in=rows.values("pk"))
    assignments: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    for number, pair, is_natural_first in presentations.order_by("assignment__number", "position").values_list(
        "assignment__number", "pair", "is_natural_first"
    ):
        assignments[number].append((pair, is_natural_first))
    remarks = remarks_of(evaluation)
    pairs = [_paired(pair.pk, pair) for pair in rows]
    rules = planner_of(evaluation).rules(evaluation, remarks)
    return count_up(evaluation, pairs, list(assignments.values()), remarks, rules)


def _paired(id: int, pair: Pair) -> Paired:
    return Paired(id, pair.person, pair.subject, pair.inquirer)
