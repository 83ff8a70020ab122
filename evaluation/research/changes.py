"""Deleting plans and flagging evaluators."""

from django.db import transaction

from evaluation.models import Evaluation, Evaluator

LONGEST_FLAG = 200


@transaction.atomic
def delete_plan(evaluation: Evaluation) -> bool:
    """Delete the evaluation if it was never opened. Return whether it was deleted."""
    planned = Evaluation.objects.select_for_update().filter(pk=evaluation.pk, state=Evaluation.State.PLANNED)
    return bool([row.delete() for row in planned])


def flag_evaluator(evaluator: Evaluator, reason: str) -> None:
    """Flag the evaluator for a reason, or remove the flag if it is empty. Judgements stay and are marked in exports."""
    Evaluator.objects.filter(pk=evaluator.pk).update(flag=reason.strip()[:LONGEST_FLAG])
