"""Withdrawing as an evaluator: everything that they gave is deleted, and their list is free again."""

from django.db import transaction
from django.utils import timezone

from collection.participation.withdrawal import forget_deleted_text, new_receipt
from evaluation.evaluators.lists import forget_empty_lists, in_need
from evaluation.evaluators.places import hold
from evaluation.models import Assignment, Evaluation, Evaluator, Pair
from evaluation.signals import evaluator_leaving


@transaction.atomic
def withdraw(evaluator: Evaluator) -> None:
    """Deletes the evaluator's answers and names. What remains is a row that says when somebody agreed and withdrew, with their
    receipt. What they judged is to be judged again, by whoever takes their list. Withdrawing twice changes nothing.
    """
    evaluation = hold(evaluator.evaluation)
    locked = Evaluator.objects.select_for_update().get(pk=evaluator.pk)
    if locked.state == Evaluator.State.WITHDRAWN:
        return
    lists = list(locked.assignments.all())
    locked.judgements.all().delete()
    _blank(locked)
    evaluator_leaving.send(sender=Evaluator, evaluator=locked)
    for assignment in lists:
        _free(evaluation, assignment)
    forget_empty_lists(evaluation)
    transaction.on_commit(forget_deleted_text, robust=True)


def _blank(locked: Evaluator) -> None:
    locked.state, locked.ended_at, locked.receipt = Evaluator.State.WITHDRAWN, timezone.now(), new_receipt()
    locked.external_id, locked.parameters, locked.flag, locked.last_seen_at = "", {}, "", None
    locked.save()


def _free(evaluation: Evaluation, assignment: Assignment) -> None:
    """For whoever comes next, without pairs that went to somebody else meanwhile."""
    needed = in_need(evaluation, Pair.objects.filter(showings__assignment=assignment))
    assignment.showings.filter(pair__role=Pair.Role.MAIN).exclude(pair__in=needed).delete()
    assignment.evaluator, assignment.reserved_until = None, None
    assignment.save(update_fields=["evaluator", "reserved_until"])
