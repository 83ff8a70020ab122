"""Doors of evaluators: from the welcome page to the completion code."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from collection.participation import views as participants
from collection.participation.rates import is_too_fast
from collection.participation.views import EXPIRED, NEW_TEXT, TOO_MANY
from evaluation.evaluators.access import (
    arriving,
    evaluators_only,
    find_evaluation,
    in_evaluation,
    only_at,
    to_place,
)
from evaluation.evaluators.admission import (
    NotAdmitted,
    has_participant,
    is_known_participant,
    is_running,
    may_only_look,
)
from evaluation.evaluators.arrivals import Arrival
from evaluation.evaluators.credentials import (
    Visitor,
    address_of,
    is_change,
    read_cookie,
    read_personal_token,
    set_cookie,
    sign_change,
)
from evaluation.evaluators.enrolment import enrol, note_refused_return, terms_of
from evaluation.evaluators.mine import own_data
from evaluation.evaluators.places import take_place
from evaluation.evaluators.presentation import (
    REFUSALS,
    read_farewell,
    render_consent,
    render_dead_end,
    render_full,
    render_instruction,
    render_page,
    render_refusal,
    render_welcome_back,
)
from evaluation.evaluators.withdrawal import withdraw as withdraw_evaluator
from evaluation.models import Evaluation, Evaluator


@arriving
def welcome(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """What is to be judged, and what to agree to."""
    if arrival.visitor:
        return render_welcome_back(request, arrival.visitor)
    if arrival.refusal and arrival.refusal != "finished":
        return render_refusal(request, arrival.evaluation, arrival.refusal)
    looks = may_only_look(arrival.evaluation, request.user)
    return render_consent(request, arrival, ". ".join(REFUSALS["researcher"]) if looks else "")


@arriving
def consent(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Enrol an evaluator who agrees."""
    if request.method != "POST":
        return redirect(f"{address_of('judge-welcome', arrival.evaluation)}?{arrival.query}")
    if arrival.visitor:
        return to_place(request, arrival.visitor)
    if is_too_fast(request.META.get("REMOTE_ADDR", "")):
        return render_consent(request, arrival, TOO_MANY, status=429)
    return _enrol(request, arrival)


@in_evaluation
def personal_link(request: HttpRequest, evaluation: Evaluation, token: str) -> HttpResponse:
    """Brings the evaluator back to where they were, with full access. In a browser that knows somebody else it asks first."""
    evaluator = read_personal_token(evaluation, token)
    if evaluator is None:
        sentence = (
            "It may be incomplete, or too old. Please copy the whole link, or ask the researchers who invited you."
        )
        return render_dead_end(request, "This personal link does not work", sentence, status=404, evaluation=evaluation)
    known = read_cookie(evaluation, request.COOKIES)
    if known and known.evaluator != evaluator and not _agrees_to_change(request, known.evaluator, evaluator):
        change = sign_change(known.evaluator, evaluator)
        return render_page(request, "participation/somebody_else.html", evaluation, change=change)
    return _let_in(request, Visitor(evaluator))


@only_at("judge-instruction")
def instruction(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What to do (figure 11); posting takes a place."""
    if request.method != "POST":
        return render_instruction(request, visitor)
    if _takes_part(request, visitor):
        return render_refusal(request, visitor.evaluation, "participant", visitor)
    if take_place(visitor.evaluator, timezone.now()):
        return to_place(request, visitor)
    return _no_place(request, visitor)


@only_at("judge-end")
def end(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """How it ended, with what the recruiting platform expects."""
    return render_page(request, "evaluators/end.html", visitor.evaluation, visitor, farewell=read_farewell(visitor))


@evaluators_only
def withdraw(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Asks first, then deletes."""
    if request.method == "POST":
        withdraw_evaluator(visitor.evaluator)
        return to_place(request, visitor)
    if visitor.evaluator.state == Evaluator.State.WITHDRAWN:
        return to_place(request, visitor)
    return render_page(request, "evaluators/withdraw.html", visitor.evaluation, visitor)


@evaluators_only
def my_data(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A file with all that the evaluator gave."""
    response = JsonResponse(own_data(visitor.evaluator), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{visitor.evaluation.study.slug}-my-judgements.json"'
    return response


@in_evaluation
def nothing_here(request: HttpRequest, evaluation: Evaluation, rest: str) -> HttpResponse:
    """For addresses below an evaluation that lead nowhere."""
    sentence = "There is nothing at this address: the link may be incomplete."
    return render_dead_end(request, "Nothing here", sentence, status=404, evaluation=evaluation, has_way_back=True)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that another site, or another browser session, may have sent: evaluators are shown their own way back."""
    match = request.resolver_match
    named = match.kwargs if match and request.path.startswith("/s/") else {}
    evaluation = find_evaluation(named["slug"], named["number"]) if named.keys() >= {"slug", "number"} else None
    if evaluation is None:
        return participants.form_refused(request, reason)
    return render_dead_end(
        request, "This page has expired", EXPIRED, status=403, evaluation=evaluation, has_way_back=True
    )


def _enrol(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    if arrival.refusal == "participant":
        return render_refusal(request, arrival.evaluation, arrival.refusal)
    if may_only_look(arrival.evaluation, request.user):
        return render_refusal(request, arrival.evaluation, "researcher")
    agreement = terms_of(arrival.evaluation).read(request.POST.get("agreement", ""))
    if agreement is None:
        return render_consent(request, arrival, NEW_TEXT, status=422)
    try:
        visitor = enrol(arrival.evaluation, arrival.invitation, agreement)
    except NotAdmitted as refusal:
        if refusal.reason == "finished":
            note_refused_return(arrival.evaluation, arrival.invitation)
        return render_refusal(request, arrival.evaluation, refusal.reason)
    return _let_in(request, visitor)


def _takes_part(request: HttpRequest, visitor: Visitor) -> bool:
    """Whether they have become a participant of the study since they agreed to judge."""
    study = visitor.evaluation.study
    return is_known_participant(study, request.COOKIES) or has_participant(study, visitor.evaluator.external_id)


def _no_place(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    visitor.evaluation.refresh_from_db(fields=["state"])
    return render_full(request, visitor) if is_running(visitor.evaluation) else to_place(request, visitor)


def _agrees_to_change(request: HttpRequest, known: Evaluator, evaluator: Evaluator) -> bool:
    """Return whether they come from the page that asks. It is a link, because a form sent without a referrer has no origin."""
    return is_change(known, evaluator, request.GET.get("change", ""))


def _let_in(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    response = to_place(request, visitor)
    set_cookie(response, visitor)
    return response
