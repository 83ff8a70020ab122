"""What the judging page is told: by JSON, or without scripts by another page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrolment.pages import render_dead_end, render_page
from enrolment.protocol import Visitor
from evaluation.judging.forms import Sent, is_json, read_sent
from evaluation.judging.next import current_showing, find_showing
from evaluation.judging.presentation import PairPage, read_page
from evaluation.judging.refusals import UNKNOWN, Refused
from evaluation.judging.saving import submit
from evaluation.models import Evaluator, Pair, Showing
from evaluation.reading import PairGone


def find_or_refuse(visitor: Visitor[Evaluator], token: str) -> Showing:
    """The visitor's showing. Raises Refused when it is somebody else's, unknown, or is gone: no page tells which."""
    showing = find_showing(visitor, token)
    if showing is None:
        raise Refused("unknown", UNKNOWN)
    return showing


def take_submission(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Leads on, or says why not."""
    try:
        showing = find_or_refuse(visitor, token)
        sent = read_sent(request)
    except Refused as refusal:
        return _refuse(request, visitor, refusal)
    try:
        submit(showing, sent.answer, sent.key, sent.clocks, timezone.now())
    except Refused as refusal:
        return _refuse(request, visitor, refusal, showing, sent)
    address = address_after(visitor, showing)
    return JsonResponse({"next": address}) if is_json(request) else redirect(address)


def tell_refusal(visitor: Visitor[Evaluator], refusal: Refused) -> JsonResponse:
    """For the page's script: ``reason`` is for the machine, ``message`` for the person, ``next`` where they can go on."""
    told: dict[str, Any] = {"reason": refusal.reason, "message": str(refusal), "sentences": list(refusal.sentences)}
    if refusal.leads_on:
        told["next"] = visitor.enrolment.address("pairs")
    return JsonResponse(told, status=refusal.status)


def address_after(visitor: Visitor[Evaluator], showing: Showing) -> str:
    """Where somebody goes on who has judged this: to the answer, if it was practice, or to what comes next."""
    if showing.pair.role == Pair.Role.TRAINING:
        return visitor.enrolment.address("feedback", showing.token)
    following = current_showing(visitor.person)
    if following is None:
        return visitor.enrolment.address("pairs")
    return visitor.enrolment.address("pair", following.token)


def render_pair(request: HttpRequest, visitor: Visitor[Evaluator], page: PairPage, status: int = 200) -> HttpResponse:
    """The judging page."""
    return render_page(request, "judging/pair.html", visitor.enrolment, visitor.person, status=status, page=page)


def render_nothing_left(request: HttpRequest, visitor: Visitor[Evaluator]) -> HttpResponse:
    """For somebody who judges and has no pair: what was before them has been withdrawn."""
    sentence = "Your remaining dialogues have been withdrawn. Your answers are kept."
    return render_dead_end(
        request, "Nothing is left to judge", sentence, status=200, enrolment=visitor.enrolment, person=visitor.person
    )


def _refuse(
    request: HttpRequest,
    visitor: Visitor[Evaluator],
    refusal: Refused,
    showing: Showing | None = None,
    sent: Sent | None = None,
) -> HttpResponse:
    if is_json(request):
        return tell_refusal(visitor, refusal)
    if showing and sent and not refusal.leads_on:
        return _ask_again(request, visitor, refusal, showing, sent)
    return render_dead_end(
        request,
        "This answer was not taken",
        str(refusal),
        status=refusal.status,
        enrolment=visitor.enrolment,
        person=visitor.person,
        has_way_back=True,
    )


def _ask_again(
    request: HttpRequest, visitor: Visitor[Evaluator], refusal: Refused, showing: Showing, sent: Sent
) -> HttpResponse:
    """The page with what was chosen, and what is missing."""
    try:
        page = read_page(visitor, showing, timezone.now(), sent.answer, refusal.sentences)
    except PairGone:
        return redirect(visitor.enrolment.address("pairs"))
    return render_pair(request, visitor, page, refusal.status)
