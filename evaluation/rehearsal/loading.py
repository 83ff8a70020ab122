"""The rehearsal study, created part by part."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from evaluation.models import Evaluation, EvaluationOutcome
from evaluation.planning.opening import close_evaluation, open_evaluation
from evaluation.rehearsal.dialogues import CHATBOT, fill_study, study_defaults
from evaluation.rehearsal.judgements import judge_all
from studies.models import Study

REHEARSAL = "rehearsal"


def load_rehearsal(now: datetime | None = None) -> Study:
    """Create a synthetic study with two evaluations: one judged and closed, one open to try out.

    Existing parts are not changed. Each part is made in a separate transaction, so that others can write in between; repeating
    an interrupted load adds the missing parts.
    """
    now = now or timezone.now()
    study = _load_study(now)
    if study.chatbot == CHATBOT:
        _load_judged(study, now)
        _load_open(study, now)
    return study


def open_rehearsal() -> Evaluation | None:
    """Return the synthetic evaluation that is open for judging, or None."""
    rehearsed = Evaluation.objects.filter(study__slug=REHEARSAL, is_rehearsed=True, state=Evaluation.State.OPEN)
    return rehearsed.order_by("number").last()


@transaction.atomic
def _load_study(now: datetime) -> Study:
    study, is_new = Study.objects.get_or_create(slug=REHEARSAL, defaults=study_defaults())
    if is_new:
        fill_study(study, now)
    return study


def _load_judged(study: Study, now: datetime) -> None:
    evaluation = _find_or_add(study, 1, "Rehearsal: synthetic judgements")
    if evaluation.is_planned:
        open_evaluation(evaluation, now)
    if not evaluation.evaluators.exists():
        with transaction.atomic():
            judge_all(evaluation, now)
            close_evaluation(evaluation, now)


def _load_open(study: Study, now: datetime) -> None:
    evaluation = _find_or_add(study, 2, "Rehearsal: judge it yourself", training_pairs=2, attention_checks=2)
    evaluation.outcomes.get_or_create(kind=EvaluationOutcome.Kind.COMPLETED, defaults={"code": "REHEARSED"})
    if evaluation.is_planned:
        open_evaluation(evaluation, now)


@transaction.atomic
def _find_or_add(study: Study, number: int, title: str, **fields: object) -> Evaluation:
    evaluation, is_new = Evaluation.objects.get_or_create(
        study=study, number=number, defaults={"title": title, "is_rehearsed": True, **fields}
    )
    if is_new:
        evaluation.runs.set(study.runs.all())
    return evaluation
