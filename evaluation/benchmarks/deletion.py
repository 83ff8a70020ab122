"""Deleting a closed evaluation of answers with everything that people judged in it.

Evaluations of dialogues are deleted with their archived study; those of answers have none.
"""

from django.db import transaction

from enrolment.withdrawal import forget_deleted_text
from evaluation.judging.rendered_texts import forget_texts
from evaluation.models import Evaluation, Judgement
from evaluation.planning.opening import lock_evaluation
from studies.audit import Verb, record


class NotDeleted(ValueError):
    """The evaluation cannot be deleted now; the message is a sentence that says what to do."""


def what_is_deleted(evaluation: Evaluation) -> str:
    """Return in words how many evaluators and judgements would be deleted with the evaluation."""
    judgements = Judgement.objects.submitted().filter(pair__evaluation=evaluation).count()
    evaluators = evaluation.evaluators.count()
    people = f"{evaluators} evaluator{'' if evaluators == 1 else 's'}"
    return f"{people} and {judgements} judgement{'' if judgements == 1 else 's'}"


@transaction.atomic
def delete_judged(evaluation: Evaluation, typed: str) -> None:
    """Delete the closed evaluation if ``typed`` is its name. The trail keeps what was deleted, without any data.

    Raises NotDeleted.
    """
    locked = lock_evaluation(evaluation)
    if locked.benchmark is None or locked.state != Evaluation.State.CLOSED:
        raise NotDeleted("Only a closed evaluation of answers can be deleted. Close it first.")
    if " ".join(typed.split()) != " ".join(str(locked).split()):
        raise NotDeleted("The name that you typed is not the evaluation's, so nothing was deleted. Type it exactly.")
    words = f"the evaluation “{locked}” with {what_is_deleted(locked)}"
    record(None, Verb.DELETED, words, about=locked.benchmark.name)
    locked.delete()
    forget_texts()
    transaction.on_commit(forget_deleted_text, robust=True)
