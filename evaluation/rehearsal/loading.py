"""Makes the rehearsal, all of it or nothing."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from collection.models import Study
from evaluation.models import Evaluation
from evaluation.planning.opening import close_evaluation, open_evaluation
from evaluation.rehearsal.dialogues import fill_study, study_defaults
from evaluation.rehearsal.judgements import judge_all

REHEARSAL = "rehearsal"


@transaction.atomic
def load_rehearsal(now: datetime | None = None) -> Study:
    """A made-up study with two made-up evaluations: one judged and closed, one that is open to whoever wants to try it.

    What is there already stays as it is, whatever became of it.
    """
    now = now or timezone.now()
    study, is_new = Study.objects.get_or_create(slug=REHEARSAL, defaults=study_defaults())
    if is_new:
        fill_study(study, now)
        _add_judged(study, now)
        _add_open(study, now)
    return study


def open_rehearsal() -> Evaluation | None:
    """The made-up evaluation that can be tried, unless somebody closed or removed it."""
    rehearsed = Evaluation.objects.filter(study__slug=REHEARSAL, is_rehearsed=True, state=Evaluation.State.OPEN)
    return rehearsed.order_by("number").last()


def _add_judged(study: Study, now: datetime) -> None:
    evaluation = _add(study, 1, "Rehearsal: made-up judgements")
    open_evaluation(evaluation, now)
    judge_all(evaluation, now)
    close_evaluation(evaluation, now)


def _add_open(study: Study, now: datetime) -> None:
    evaluation = _add(
        study, 2, "Rehearsal: judge it yourself", training_pairs=2, attention_checks=2, completion_code="REHEARSED"
    )
    open_evaluation(evaluation, now)


def _add(study: Study, number: int, title: str, **fields: object) -> Evaluation:
    evaluation = Evaluation.objects.create(study=study, number=number, title=title, is_rehearsed=True, **fields)
    evaluation.runs.set(study.runs.all())
    return evaluation
