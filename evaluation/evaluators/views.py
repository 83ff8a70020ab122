"""The instruction page, which gives an evaluator an assignment. All other pages are those of ``enrolment``."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext

from enrolment.access import only_at, to_current_step
from enrolment.pages import render_page, render_refusal
from enrolment.protocol import FULL, Visitor
from evaluation.evaluators.assignments import count_judged, count_pairs_ahead
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.evaluators.reservations import take_assignment
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluator


@only_at(JudgingEnrolment, "instruction")
def instruction(request: HttpRequest, visitor: Visitor[Evaluator]) -> HttpResponse:
    """Show the instruction (figure 11). Posting takes an assignment, but not for a participant of the study."""
    enrolment, evaluator = JudgingEnrolment(visitor.person.evaluation), visitor.person
    if request.method != "POST":
        return _render_instruction(request, enrolment, evaluator)
    if enrolment.is_participant(evaluator.external_id, request.COOKIES):
        return render_refusal(request, enrolment, "participant", evaluator)
    if take_assignment(evaluator, timezone.now()):
        return to_current_step(request, visitor)
    return _no_assignment(request, enrolment, evaluator)


def spell_minutes(minutes: int) -> str:
    """Return the time in words, in whole hours where possible: "24 hours"."""
    if minutes % 60:
        return ngettext("{number} minute", "{number} minutes", minutes).format(number=minutes)
    return ngettext("{number} hour", "{number} hours", minutes // 60).format(number=minutes // 60)


def describe_instruction(enrolment: JudgingEnrolment) -> dict[str, Any]:
    """Return the template context of the instruction that is the same for every evaluator."""
    evaluation, words = enrolment.evaluation, kind_of(enrolment.evaluation).words
    return {
        "pairs": count_pairs_ahead(evaluation),
        "kept": spell_minutes(evaluation.reserved_minutes),
        "heading": words["heading"],
        "start": words["start"],
    }


def _render_instruction(request: HttpRequest, enrolment: JudgingEnrolment, evaluator: Evaluator) -> HttpResponse:
    shown = {"judged": count_judged(evaluator), "is_new": evaluator.state == Evaluator.State.ENROLLED}
    shown |= describe_instruction(enrolment)
    return render_page(request, "enrolment/evaluator_instruction.html", enrolment, evaluator, **shown)


def _no_assignment(request: HttpRequest, enrolment: JudgingEnrolment, evaluator: Evaluator) -> HttpResponse:
    enrolment.evaluation.refresh_from_db(fields=["state"])
    if not enrolment.evaluation.is_open:
        return to_current_step(request, Visitor(enrolment, evaluator))
    shown = {"judged": count_judged(evaluator), "outcome": enrolment.read_outcome(FULL)}
    return render_page(request, "enrolment/no_assignment.html", enrolment, evaluator, status=403, **shown)
