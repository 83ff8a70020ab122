"""What pairs with a known answer say about an evaluator."""

from evaluation.answers import is_detected
from evaluation.models import Evaluator, Pair

_FLAG = "failed {failed} of {checks} attention checks"
_BEGINS = "failed "


def flag_inattentive(evaluator: Evaluator) -> None:
    """Says how many attention checks have failed, if any; not being sure fails too.

    A flag that was set for another reason stays. Nothing of this reaches the evaluator.
    """
    if evaluator.flag and not evaluator.flag.startswith(_BEGINS):
        return
    checks = evaluator.judgements.submitted().filter(pair__role=Pair.Role.CHECK).select_related("showing")
    failed = sum(not is_detected(each.choice, each.showing.is_natural_first) for each in checks)
    evaluator.flag = _FLAG.format(failed=failed, checks=len(checks)) if failed else ""
    evaluator.save(update_fields=["flag"])
