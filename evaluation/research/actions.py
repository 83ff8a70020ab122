"""What researchers do with evaluations on their pages, and the messages about it."""

from django.contrib import messages
from django.http import Http404, HttpRequest

from evaluation.flags import flag_evaluator
from evaluation.models import Evaluation
from evaluation.planning.opening import NotReady, close_evaluation, delete_plan, open_evaluation
from evaluation.research.evaluation_page import find_evaluator


def change_evaluation(request: HttpRequest, found: Evaluation) -> bool:
    """Carry out the posted action. Return whether the evaluation still exists."""
    match request.POST.get("action"):
        case "open":
            _open(request, found)
        case "close":
            close_evaluation(found)
            messages.success(request, "The evaluation is closed. Submitted judgements are kept.")
        case "delete" if delete_plan(found):
            messages.success(request, f"“{found}” has been deleted.")
            return False
        case "delete":
            messages.error(request, "The evaluation has been opened in the meantime, so it cannot be deleted.")
    return True


def change_flag(request: HttpRequest, found: Evaluation) -> None:
    """Flag the posted evaluator for the posted reason, or remove the flag. Raises Http404."""
    evaluator = find_evaluator(found, request.POST.get("evaluator", ""))
    if evaluator is None:
        raise Http404
    removes = request.POST.get("action") == "unflag"
    reason = "" if removes else request.POST.get("reason", "").strip()
    if not reason and not removes:
        messages.error(request, f"{evaluator} was not flagged. Enter a reason.")
        return
    flag_evaluator(evaluator, reason)
    messages.success(request, f"{evaluator} is flagged." if reason else f"The flag of {evaluator} has been removed.")


def _open(request: HttpRequest, found: Evaluation) -> None:
    try:
        open_evaluation(found)
        messages.success(request, "The evaluation is open. Share the link below.")
    except NotReady as reason:
        messages.error(request, str(reason))
