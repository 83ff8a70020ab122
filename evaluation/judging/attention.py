"""What pairs with a known answer say about an evaluator."""

import re

from evaluation.answers import is_detected
from evaluation.models import Evaluator, Pair

_FLAG = "failed {failed} of {checks} attention checks"
_FLAGS = re.compile(_FLAG.format(failed=r"\d+", checks=r"\d+"))


def flag_inattentive(evaluator: Evaluator) -> None:
    """Says how many attention checks have failed, if any; not being sure fails too.

    A flag that was set for another reason stays. Nothing of this reaches the evaluator.
    """
    if evaluator.flag and not _FLAGS.fullmatch(evaluator.flag):
        return
    checks = evaluator.judgements.submitted().filter(pair__role=Pair.Role.CHECK).select_related("showing")
    failed = sum(not is_detected(each.choice, each.showing.is_natural_first) for each in checks)
    evaluator.flag = _FLAG.format(failed=failed, checks=len(checks)) if failed else ""
    evaluator.save(update_fields=["flag"])
