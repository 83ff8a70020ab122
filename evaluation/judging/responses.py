"""Responses to the judging page: JSON for its script, or a page without scripts."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from enrolment.pages import render_dead_end, render_page
from enrolment.protocol import Visitor
from evaluation.judging.current_pair import current_presentation, find_presentation
from evaluation.judging.forms import Sent, is_json, read_sent
from evaluation.judging.pair_page import PairPage, read_page
from evaluation.judging.refusals import UNKNOWN, Refused
from evaluation.judging.submissions import submit
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluator, Pair, Presentation
from evaluation.reading import PairGone


def find_or_refuse(visitor: Visitor[Evaluator], token: str) -> Presentation:
    """Return the visitor's presentation. Raises Refused, the same if it is another person's, unknown or deleted."""
    presentation = find_presentation(visitor, token)
    if presentation is None:
        raise Refused("unknown", gettext(UNKNOWN))
    return presentation


def respond_to_submission(request: HttpRequest, visitor: Visitor[Evaluator], token: str) -> HttpResponse:
    """Store the submitted answer and lead to the next page, or respond with the reason for a refusal."""
    try:
        presentation = find_or_refuse(visitor, token)
        sent = read_sent(request, kind_of(presentation.pair.evaluation))
    except Refused as refusal:
        return _refuse(request, visitor, refusal)
    try:
        submit(presentation, sent.answer, sent.key, sent.clocks, timezone.now())
    except Refused as refusal:
        return _refuse(request, visitor, refusal, presentation, sent)
    address = address_after(visitor, presentation)
    return JsonResponse({"next": address}) if is_json(request) else redirect(address)


def respond_with_refusal(visitor: Visitor[Evaluator], refusal: Refused) -> JsonResponse:
    """Return JSON: ``reason`` for the page's script, ``message`` for the evaluator, ``next`` if they can continue elsewhere."""
    content = refusal.content
    if refusal.leads_on:
        content["next"] = visitor.enrolment.address("pairs")
    return JsonResponse(content, status=refusal.status)


def address_after(visitor: Visitor[Evaluator], presentation: Presentation) -> str:
    """Return the address that follows a judged pair: the feedback after practice, otherwise the next pair."""
    if presentation.pair.role == Pair.Role.TRAINING:
        return visitor.enrolment.address("feedback", presentation.token)
    current = current_presentation(visitor.person)
    if current is None:
        return visitor.enrolment.address("pairs")
    return visitor.enrolment.address("pair", current.token)


def render_pair(request: HttpRequest, visitor: Visitor[Evaluator], page: PairPage, status: int = 200) -> HttpResponse:
    """Render the judging page."""
    return render_page(request, page.kind.template, visitor.enrolment, visitor.person, status=status, page=page)


def render_nothing_left(request: HttpRequest, visitor: Visitor[Evaluator]) -> HttpResponse:
    """Render the page for an evaluator whose remaining dialogues have all been withdrawn."""
    heading = gettext("No pairs left to judge")
    sentence = gettext("The dialogues in your remaining pairs have been withdrawn. Your answers are kept.")
    return render_dead_end(request, heading, sentence, status=200, enrolment=visitor.enrolment, person=visitor.person)


def _refuse(
    request: HttpRequest,
    visitor: Visitor[Evaluator],
    refusal: Refused,
    presentation: Presentation | None = None,
    sent: Sent | None = None,
) -> HttpResponse:
    if is_json(request):
        return respond_with_refusal(visitor, refusal)
    if presentation and sent and not refusal.leads_on:
        return _render_again(request, visitor, refusal, presentation, sent)
    return render_dead_end(
        request,
        gettext("Your answer was not submitted"),
        str(refusal),
        status=refusal.status,
        enrolment=visitor.enrolment,
        person=visitor.person,
        has_way_back=True,
    )


def _render_again(
    request: HttpRequest, visitor: Visitor[Evaluator], refusal: Refused, presentation: Presentation, sent: Sent
) -> HttpResponse:
    """Render the judging page with the sent answer and the sentences about missing parts."""
    try:
        page = read_page(visitor, presentation, timezone.now(), sent.answer, refusal.sentences)
    except PairGone:
        return redirect(visitor.enrolment.address("pairs"))
    return render_pair(request, visitor, page, refusal.status)
