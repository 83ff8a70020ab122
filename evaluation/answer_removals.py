"""Answers that people judge, or are to judge, are not deleted: results would no longer be about what was judged."""

from typing import Any

from django.db.models import Q

from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import AnswerSet
from evaluation.models import Evaluation


def keep_judged_answers(answer_set: AnswerSet, **_signal: Any) -> None:
    """Raise BenchmarkRefused if an evaluation compares these answers."""
    uses = Q(answer_plan__answer_sets=answer_set) | Q(answer_plan__baseline=answer_set)
    if evaluation := Evaluation.objects.filter(uses).order_by("state", "pk").first():
        raise BenchmarkRefused(_why_kept(answer_set, evaluation))


def _why_kept(answer_set: AnswerSet, evaluation: Evaluation) -> str:
    if evaluation.is_planned:
        return f"The planned evaluation “{evaluation}” uses {answer_set.name}. Delete its plan first."
    return (
        f"People judge {answer_set.name} in the evaluation “{evaluation}”, so it stays with their judgements."
        " Close and delete the evaluation first."
    )
