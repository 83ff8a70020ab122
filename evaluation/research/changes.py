"""What researchers change in an evaluation beside opening and closing it."""

from django.db import transaction

from evaluation.models import Evaluation, Evaluator

LONGEST_FLAG = 200


@transaction.atomic
def delete_plan(evaluation: Evaluation) -> bool:
    """Whether the evaluation is gone: one that was opened stays, with what people said in it."""
    planned = Evaluation.objects.select_for_update().filter(pk=evaluation.pk, state=Evaluation.State.PLANNED)
    return bool([row.delete() for row in planned])


def flag_evaluator(evaluator: Evaluator, reason: str) -> None:
    """Doubts the evaluator for that reason, or no longer, if it is empty. Their judgements stay and are marked in exports."""
    Evaluator.objects.filter(pk=evaluator.pk).update(flag=reason.strip()[:LONGEST_FLAG])
