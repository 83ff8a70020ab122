"""Doors to the judging page. A GET changes nothing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrolment.access import only_at, to_current_step, visitors_only
from enrolment.pages import render_page
from enrolment.protocol import Visitor
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.judging.answering import (
    find_or_refuse,
    render_nothing_left,
    render_pair,
    take_submission,
    tell_refusal,
)
from evaluation.judging.forms import read_sent
from evaluation.judging.next import current_showing, find_showing, may_be_shown
from evaluation.judging.presentation import read_feedback, read_page, standing_of
from evaluation.judging.refusals import Refused
from evaluation.judging.rendering import render_ahead
from evaluation.judging.saving import save_draft
from evaluation.models import Evaluator
from evaluation.reading import PairGone


@only_at(JudgingEnrolment, "pairs")
def judge(request: HttpRequest, visitor: Visitor[Evaluator]) -> HttpResponse:
    """Leads to the pair that is to be judged now."""
    showing = current_showing(visitor.person)
    if showing is None:
        return render_nothing_left(request, visitor)
    return redirect(visitor.enrolment.address("pair", showing.token))


@only_at(JudgingEnrolment, "pairs")
def pair(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """The pair that is to be judged now, or an earlier one if the evaluation allows that."""
    showing = find_showing(visitor, token)
    if showing is None or not may_be_shown(visitor.person, showing):
        return redirect(visitor.enrolment.address("pairs"))
    try:
        page = read_page(visitor, showing, timezone.now())
    except PairGone:
        return render_nothing_left(request, visitor)
    return render_pair(request, visitor, page)


@visitors_only(JudgingEnrolment)
def draft(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Keeps what has been chosen so far; tells how long the trail is."""
    if request.method != "POST":
        return to_current_step(request, visitor)
    try:
        showing, sent = find_or_refuse(visitor, token), read_sent(request)
        judgement = save_draft(showing, sent.answer, sent.clocks, timezone.now())
    except Refused as refusal:
        return tell_refusal(visitor, refusal)
    number = judgement.revisions.count()
    if number <= 1:  # they have just begun
        render_ahead(visitor.person, showing)
    return JsonResponse({"number": number})


@visitors_only(JudgingEnrolment)
def submit(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Takes a whole answer, once."""
    if request.method != "POST":
        return to_current_step(request, visitor)
    return take_submission(request, visitor, token)


@visitors_only(JudgingEnrolment)
def state(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """What has been said about the pair meanwhile, perhaps in another tab."""
    try:
        showing = find_or_refuse(visitor, token)
    except Refused as refusal:
        return tell_refusal(visitor, refusal)
    standing = standing_of(showing, timezone.now())
    return JsonResponse(standing | {"next": visitor.enrolment.address("pairs")})


@visitors_only(JudgingEnrolment)
def feedback(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """The answer to a pair for practice."""
    showing = find_showing(visitor, token)
    told = read_feedback(showing) if showing else None
    if told is None:
        return to_current_step(request, visitor)
    return render_page(request, "judging/feedback.html", visitor.enrolment, visitor.person, feedback=told)
