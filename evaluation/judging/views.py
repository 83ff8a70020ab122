"""Views of the judging page. A GET changes nothing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrolment.access import only_at, to_current_step, visitors_only
from enrolment.pages import render_page
from enrolment.protocol import Visitor
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.judging.current_pair import current_presentation, find_presentation, may_be_shown
from evaluation.judging.feedback import read_feedback
from evaluation.judging.forms import read_sent
from evaluation.judging.pair_page import read_page, read_saved
from evaluation.judging.refusals import Refused
from evaluation.judging.rendered_texts import render_ahead
from evaluation.judging.responses import (
    find_or_refuse,
    render_nothing_left,
    render_pair,
    respond_to_submission,
    respond_with_refusal,
)
from evaluation.judging.submissions import save_draft
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluator
from evaluation.reading import PairGone


@only_at(JudgingEnrolment, "pairs")
def judge(request: HttpRequest, visitor: Visitor[Evaluator]) -> HttpResponse:
    """Redirect to the current pair."""
    presentation = current_presentation(visitor.person)
    if presentation is None:
        return render_nothing_left(request, visitor)
    return redirect(visitor.enrolment.address("pair", presentation.token))


@only_at(JudgingEnrolment, "pairs")
def pair(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Show the current pair, or an earlier one if the evaluation allows going back."""
    presentation = find_presentation(visitor, token)
    if presentation is None or not may_be_shown(visitor.person, presentation):
        return redirect(visitor.enrolment.address("pairs"))
    try:
        page = read_page(visitor, presentation, timezone.now())
    except PairGone:
        return render_nothing_left(request, visitor)
    return render_pair(request, visitor, page)


@visitors_only(JudgingEnrolment)
def draft(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Store a draft and return its number of revisions."""
    if request.method != "POST":
        return to_current_step(request, visitor)
    try:
        presentation = find_or_refuse(visitor, token)
        sent = read_sent(request, kind_of(presentation.pair.evaluation))
        judgement = save_draft(presentation, sent.answer, sent.clocks, timezone.now())
    except Refused as refusal:
        return respond_with_refusal(visitor, refusal)
    number = judgement.revisions.count()
    if number <= 1:  # the evaluator has just begun this pair
        render_ahead(visitor.person, presentation)
    return JsonResponse({"number": number})


@visitors_only(JudgingEnrolment)
def submit(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Store a complete answer, once."""
    if request.method != "POST":
        return to_current_step(request, visitor)
    return respond_to_submission(request, visitor, token)


@visitors_only(JudgingEnrolment)
def state(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Return the saved answer, which may have changed in another tab."""
    try:
        presentation = find_or_refuse(visitor, token)
    except Refused as refusal:
        return respond_with_refusal(visitor, refusal)
    saved = read_saved(presentation, timezone.now())
    return JsonResponse(saved | {"next": visitor.enrolment.address("pairs")})


@visitors_only(JudgingEnrolment)
def feedback(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Show which side was artificial, after a training pair."""
    presentation = find_presentation(visitor, token)
    found = read_feedback(presentation) if presentation else None
    if found is None:
        return to_current_step(request, visitor)
    on = visitor.enrolment.address("pairs")
    return render_page(request, "judging/feedback.html", visitor.enrolment, visitor.person, feedback=found, on=on)
