"""What is deleted here when a participant or an evaluator withdraws: the analyses that name and count them."""

from functools import partial
from typing import Any

from django.db import transaction

from analysis.models import Report
from evaluation.models import Evaluator
from studies.models import Persona


def forget_reports_on(persona: Persona, **_signal: Any) -> None:
    """Of the persona's study."""
    _forget_reports(persona.study_id)


def forget_reports_by(evaluator: Evaluator, **_signal: Any) -> None:
    """Of the study whose pairs the evaluator has judged."""
    _forget_reports(evaluator.evaluation.study_id)


def _forget_reports(study: int) -> None:
    """In every state: a worker that has one in hand finds it gone and drops it. Again afterwards, because whoever asked for one
    meanwhile may not have known yet."""
    _delete_reports(study)
    transaction.on_commit(partial(_delete_reports, study), robust=True)


def _delete_reports(study: int) -> None:
    Report.objects.filter(study=study).delete()
