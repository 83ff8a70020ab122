"""Reservations of assignments: taken, renewed while their evaluators judge, and released if they are inactive.

Lock the evaluation's row to give, free or change assignments; lock only the evaluator's row to store an answer. To do both,
lock the evaluation's first. So no assignment is given twice or taken from an evaluator who is answering, and no evaluator's
answer waits for another's.
"""

from datetime import datetime, timedelta

from django.db import transaction

from evaluation.evaluators.assignments import (
    Dialogue,
    delete_empty_assignments,
    dialogues_in,
    dialogues_shown_to,
    expired_assignments,
    free_assignments,
    in_need,
    unjudged,
)
from evaluation.models import Assignment, Evaluation, Evaluator, Pair
from evaluation.planning.opening import add_assignments, lock_evaluation

State = Evaluator.State


@transaction.atomic
def take_assignment(evaluator: Evaluator, now: datetime) -> bool:
    """Return whether the evaluator has an assignment now: theirs, or the first free one without dialogues they have been shown.

    If none is free, the one that expired first is released for them. Asking twice takes one.
    """
    evaluation = lock_evaluation(evaluator.evaluation)
    locked = _lock_evaluator(evaluator)
    if locked.state == State.JUDGING:
        return True
    if evaluation.state != Evaluation.State.OPEN or locked.state not in (State.ENROLLED, State.LAPSED):
        return False
    shown = dialogues_shown_to(locked)
    assignment = _first_without(shown, list(free_assignments(evaluation))) or _release_one(evaluation, shown, now)
    if assignment is not None:
        _give(assignment, locked, _kept_until(evaluation, now), now)
    return assignment is not None


def has_assignment_left(evaluation: Evaluation, now: datetime) -> bool:
    """Return whether a newcomer would get an assignment."""
    return free_assignments(evaluation).exists() or expired_assignments(evaluation, now).exists()


def keep_assignment(evaluator: Evaluator, now: datetime) -> None:
    """Reserve the evaluator's assignment for another while, because they have just been active."""
    evaluator.assignments.update(reserved_until=_kept_until(evaluator.evaluation, now))
    Evaluator.objects.filter(pk=evaluator.pk).update(last_seen_at=now)


def finish_if_done(evaluator: Evaluator, now: datetime) -> None:
    """Mark an evaluator who has nothing left to judge as finished."""
    if not unjudged().filter(assignment__evaluator=evaluator).exists():
        Evaluator.objects.filter(pk=evaluator.pk, state=State.JUDGING).update(state=State.FINISHED, ended_at=now)


def free_assignments_of(evaluation: Evaluation, assignments: list[Assignment]) -> None:
    """Free assignments for the next evaluators, without pairs that have been reassigned in the meantime."""
    for assignment in assignments:
        needed = in_need(evaluation, Pair.objects.filter(presentations__assignment=assignment))
        assignment.presentations.filter(pair__role=Pair.Role.MAIN).exclude(pair__in=needed).delete()
        assignment.evaluator, assignment.reserved_until = None, None
        assignment.save(update_fields=["evaluator", "reserved_until"])
    delete_empty_assignments(evaluation)


def _first_without(shown: set[Dialogue], assignments: list[Assignment]) -> Assignment | None:
    fitting = (one for one in assignments if not shown or shown.isdisjoint(dialogues_in(one.presentations.all())))
    return next(fitting, None)


def _give(assignment: Assignment, locked: Evaluator, until: datetime, now: datetime) -> None:
    """Known pairs are in many assignments: an evaluator who has had one does not get it again."""
    known = Pair.objects.filter(presentations__assignment__evaluator=locked).exclude(role=Pair.Role.MAIN)
    assignment.presentations.filter(pair__in=list(known)).delete()
    assignment.evaluator, assignment.reserved_until = locked, until
    assignment.save(update_fields=["evaluator", "reserved_until"])
    locked.state, locked.last_seen_at, locked.ended_at = State.JUDGING, now, None
    locked.save(update_fields=["state", "last_seen_at", "ended_at"])


def _release_one(evaluation: Evaluation, shown: set[Dialogue], now: datetime) -> Assignment | None:
    """Release the first expired assignment that fits: what is left of it, as a new assignment."""
    for assignment in expired_assignments(evaluation, now):
        left = unjudged().filter(assignment=assignment)
        if assignment.evaluator is None or not shown.isdisjoint(dialogues_in(left)):
            continue
        if released := _first_without(shown, _release(evaluation, assignment.evaluator, now)):
            return released
    return None


def _release(evaluation: Evaluation, evaluator: Evaluator, now: datetime) -> list[Assignment]:
    """Release the evaluator's unjudged pairs, except those with a draft."""
    locked = _lock_evaluator(evaluator)
    if locked.state != State.JUDGING or locked.assignments.filter(reserved_until__gt=now).exists():
        return []  # the evaluator has just returned
    locked.state = State.LAPSED
    locked.save(update_fields=["state"])
    left = unjudged().filter(assignment__evaluator=locked)
    pairs = Pair.objects.filter(pk__in=list(left.values_list("pair", flat=True)))
    left.exclude(pk__in=_begun(locked)).delete()
    return add_assignments(evaluation, in_need(evaluation, pairs))


def _begun(evaluator: Evaluator) -> list[int]:
    """Return the presentations with a draft of the evaluator."""
    drafts = evaluator.judgements.filter(submitted_at=None)
    said = drafts.exclude(choice="", confidence="", utterance_number=None, revisions=None)
    return list(said.values_list("presentation", flat=True))


def _lock_evaluator(evaluator: Evaluator) -> Evaluator:
    return Evaluator.objects.select_for_update().get(pk=evaluator.pk)


def _kept_until(evaluation: Evaluation, now: datetime) -> datetime:
    return now + timedelta(minutes=evaluation.reserved_minutes)
