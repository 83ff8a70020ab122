"""Flags of evaluators, set by researchers or by failed attention checks. Judgements stay and are marked in exports."""

import re

from evaluation.answers import is_detected
from evaluation.models import Evaluator, Pair
from studies.audit import Verb, record

LONGEST_FLAG = 200
_INATTENTIVE = "failed {failed} of {checks} attention checks"
_INATTENTIVE_FLAGS = re.compile(_INATTENTIVE.format(failed=r"\d+", checks=r"\d+"))


def flag_evaluator(evaluator: Evaluator, reason: str) -> None:
    """Flag the evaluator for a reason, or remove the flag if it is empty."""
    Evaluator.objects.filter(pk=evaluator.pk).update(flag=reason.strip()[:LONGEST_FLAG])
    verb, evaluation = (Verb.ADDED if reason.strip() else Verb.REMOVED), evaluator.evaluation
    record(evaluation.study, verb, f"the flag of {evaluator} in “{evaluation}”", about=str(evaluation))


def flag_inattentive(evaluator: Evaluator) -> None:
    """Flag the evaluator with the number of failed attention checks, if any; "not sure" fails, too.

    A flag for another reason stays. Evaluators see no flags.
    """
    if evaluator.flag and not _INATTENTIVE_FLAGS.fullmatch(evaluator.flag):
        return
    checks = evaluator.judgements.submitted().filter(pair__role=Pair.Role.CHECK).select_related("presentation")
    failed = sum(not is_detected(each.choice, each.presentation.is_natural_first) for each in checks)
    evaluator.flag = _INATTENTIVE.format(failed=failed, checks=len(checks)) if failed else ""
    evaluator.save(update_fields=["flag"])
