"""Places: lists of pairs that evaluators take, keep while they judge, and lose to others if they are inactive.

Lock the evaluation's row to give, free or change lists; lock only the evaluator's row to store an answer. To do both, lock the
evaluation's first. So no list is given twice, no list is taken from an evaluator who is answering, and no evaluator's answer
waits for another's.
"""

from datetime import datetime, timedelta

from django.db import transaction

from evaluation.evaluators.lists import (
    Dialogue,
    dialogues_in,
    dialogues_shown_to,
    expired_lists,
    free_lists,
    in_need,
    unjudged,
)
from evaluation.models import Assignment, Evaluation, Evaluator, Pair
from evaluation.planning.opening import add_lists

State = Evaluator.State


def hold(evaluation: Evaluation) -> Evaluation:
    """The evaluation as it is now, held until the transaction ends."""
    return Evaluation.objects.select_for_update(of=("self",)).select_related("study").get(pk=evaluation.pk)


@transaction.atomic
def take_place(evaluator: Evaluator, now: datetime) -> bool:
    """Whether the evaluator has a list now: theirs, or the first free one none of whose dialogues they have been shown.

    If none is free, the one that expired first is released for them. Asking twice takes one.
    """
    evaluation = hold(evaluator.evaluation)
    locked = _hold_evaluator(evaluator)
    if locked.state == State.JUDGING:
        return True
    if evaluation.state != Evaluation.State.OPEN or locked.state not in (State.ENROLLED, State.LAPSED):
        return False
    shown = dialogues_shown_to(locked)
    place = _first_without(shown, list(free_lists(evaluation))) or _release_one(evaluation, shown, now)
    if place is not None:
        _give(place, locked, _kept_until(evaluation, now), now)
    return place is not None


def has_place(evaluation: Evaluation, now: datetime) -> bool:
    """Whether somebody new would get a place."""
    return free_lists(evaluation).exists() or expired_lists(evaluation, now).exists()


def keep_place(evaluator: Evaluator, now: datetime) -> None:
    """Keeps the evaluator's place for another while, because they have just done something."""
    evaluator.assignments.update(reserved_until=_kept_until(evaluator.evaluation, now))
    Evaluator.objects.filter(pk=evaluator.pk).update(last_seen_at=now)


def finish_if_done(evaluator: Evaluator, now: datetime) -> None:
    """Ends the way of somebody who judges and has nothing left to judge."""
    if not unjudged().filter(assignment__evaluator=evaluator).exists():
        Evaluator.objects.filter(pk=evaluator.pk, state=State.JUDGING).update(state=State.FINISHED, ended_at=now)


def _first_without(shown: set[Dialogue], places: list[Assignment]) -> Assignment | None:
    fitting = (place for place in places if not shown or shown.isdisjoint(dialogues_in(place.showings.all())))
    return next(fitting, None)


def _give(place: Assignment, locked: Evaluator, until: datetime, now: datetime) -> None:
    """Known pairs stand in many lists: whoever has had one in another list does not get it again."""
    known = Pair.objects.filter(showings__assignment__evaluator=locked).exclude(role=Pair.Role.MAIN)
    place.showings.filter(pair__in=list(known)).delete()
    place.evaluator, place.reserved_until = locked, until
    place.save(update_fields=["evaluator", "reserved_until"])
    locked.state, locked.last_seen_at, locked.ended_at = State.JUDGING, now, None
    locked.save(update_fields=["state", "last_seen_at", "ended_at"])


def _release_one(evaluation: Evaluation, shown: set[Dialogue], now: datetime) -> Assignment | None:
    """The first expired list that fits is released: what is left of it, as a new list."""
    for place in expired_lists(evaluation, now):
        left = unjudged().filter(assignment=place)
        if place.evaluator is None or not shown.isdisjoint(dialogues_in(left)):
            continue
        if released := _first_without(shown, _release(evaluation, place.evaluator, now)):
            return released
    return None


def _release(evaluation: Evaluation, evaluator: Evaluator, now: datetime) -> list[Assignment]:
    """Takes from the evaluator what they have not judged. Pairs with answers that they had not sent stay with them too."""
    locked = _hold_evaluator(evaluator)
    if locked.state != State.JUDGING or locked.assignments.filter(reserved_until__gt=now).exists():
        return []  # they have come back just now
    locked.state = State.LAPSED
    locked.save(update_fields=["state"])
    left = unjudged().filter(assignment__evaluator=locked)
    pairs = Pair.objects.filter(pk__in=list(left.values_list("pair", flat=True)))
    left.exclude(pk__in=_begun(locked)).delete()
    return add_lists(evaluation, in_need(evaluation, pairs))


def _begun(evaluator: Evaluator) -> list[int]:
    """The showings about which the evaluator has said something that they have not sent."""
    drafts = evaluator.judgements.filter(submitted_at=None)
    said = drafts.exclude(choice="", confidence="", utterance_number=None, revisions=None)
    return list(said.values_list("showing", flat=True))


def _hold_evaluator(evaluator: Evaluator) -> Evaluator:
    return Evaluator.objects.select_for_update().get(pk=evaluator.pk)


def _kept_until(evaluation: Evaluation, now: datetime) -> datetime:
    return now + timedelta(minutes=evaluation.reserved_minutes)
