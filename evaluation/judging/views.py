"""Doors to the judging page. A GET changes nothing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from evaluation.evaluators.access import evaluators_only, only_at, to_place
from evaluation.evaluators.credentials import Visitor, address_of
from evaluation.evaluators.presentation import render_page
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
from evaluation.reading import PairGone


@only_at("judge")
def judge(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Leads to the pair that is to be judged now."""
    showing = current_showing(visitor.evaluator)
    if showing is None:
        return render_nothing_left(request, visitor)
    return redirect(address_of("judge-pair", visitor.evaluation, showing.token))


@only_at("judge")
def pair(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """The pair that is to be judged now, or an earlier one if the evaluation allows that."""
    showing = find_showing(visitor, token)
    if showing is None or not may_be_shown(visitor.evaluator, showing):
        return redirect(address_of("judge", visitor.evaluation))
    try:
        page = read_page(visitor, showing, timezone.now())
    except PairGone:
        return render_nothing_left(request, visitor)
    return render_pair(request, visitor, page)


@evaluators_only
def draft(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """Keeps what has been chosen so far; tells how long the trail is."""
    if request.method != "POST":
        return to_place(request, visitor)
    try:
        showing, sent = find_or_refuse(visitor, token), read_sent(request)
        judgement = save_draft(showing, sent.answer, sent.clocks, timezone.now())
    except Refused as refusal:
        return tell_refusal(visitor, refusal)
    number = judgement.revisions.count()
    if number <= 1:  # they have just begun
        render_ahead(visitor.evaluator, showing)
    return JsonResponse({"number": number})


@evaluators_only
def submit(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """Takes a whole answer, once."""
    if request.method != "POST":
        return to_place(request, visitor)
    return take_submission(request, visitor, token)


@evaluators_only
def state(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """What has been said about the pair meanwhile, perhaps in another tab."""
    try:
        showing = find_or_refuse(visitor, token)
    except Refused as refusal:
        return tell_refusal(visitor, refusal)
    standing = standing_of(showing, timezone.now())
    return JsonResponse(standing | {"next": address_of("judge", visitor.evaluation)})


@evaluators_only
def feedback(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """The answer to a pair for practice."""
    showing = find_showing(visitor, token)
    told = read_feedback(showing) if showing else None
    if told is None:
        return to_place(request, visitor)
    return render_page(request, "judging/feedback.html", visitor.evaluation, visitor, feedback=told)
