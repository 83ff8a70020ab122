"""Doors of participants: from the welcome page to the completion code."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.csrf import csrf_failure

from collection.models import Participant
from collection.participation import goals
from collection.participation.access import arriving, in_study, only_at, participants_only, reclaim_place, to_place
from collection.participation.admission import NotAdmitted, is_released
from collection.participation.agreements import read_agreement
from collection.participation.arrivals import Arrival
from collection.participation.credentials import (
    Visitor,
    is_change,
    read_cookie,
    read_personal_token,
    set_cookie,
    sign_change,
)
from collection.participation.enrolment import answer_form, enrol, note_refused_return
from collection.participation.forms import PersonaForm
from collection.participation.mine import own_data
from collection.participation.presentation import (
    OUTCOMES,
    read_farewell,
    render_consent,
    render_dead_end,
    render_page,
    render_refusal,
    render_welcome_back,
)
from collection.participation.rates import is_too_fast
from collection.participation.withdrawal import withdraw as withdraw_participant
from studies.access import is_researcher
from studies.models import Study

NEW_TEXT = "Please read this page again: it was open for long, or its text has changed in the meantime."
TOO_MANY = "Many people have just joined from where you are. Please wait a minute, and press the button again."
EXPIRED = (
    "For your safety this page works only in the browser in which it was opened, and only if "
    "that accepts cookies. Nothing was changed."
)


@arriving
def welcome(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """What the study is about, and what to agree to."""
    if arrival.visitor:
        return render_welcome_back(request, arrival.visitor)
    if arrival.refusal and arrival.refusal != "finished":
        if is_researcher(request.user):
            return redirect("preview", arrival.study.slug)
        return render_refusal(request, arrival.study, arrival.refusal)
    return render_consent(request, arrival)


@arriving
def consent(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Enrol a person who agrees."""
    if request.method != "POST":
        return redirect(f"{reverse('welcome', args=[arrival.study.slug])}?{arrival.query}")
    if arrival.visitor:
        return to_place(request, arrival.visitor)
    if is_too_fast(request.META.get("REMOTE_ADDR", "")):
        return render_consent(request, arrival, TOO_MANY, status=429)
    return _enrol(request, arrival)


@in_study
def personal_link(request: HttpRequest, study: Study, token: str) -> HttpResponse:
    """Brings the participant back to where they were, with full access. In a browser that knows somebody else it asks first:
    those may have no other way back, and whoever was sent a stranger's link would write in their name.
    """
    participant = read_personal_token(study, token)
    if participant is None:
        sentence = (
            "It may be incomplete, or too old. Please copy the whole link, or ask the researchers who invited you."
        )
        return render_dead_end(request, "This personal link does not work", sentence, status=404, study=study)
    known = read_cookie(study, request.COOKIES)
    if known and known.participant != participant and not _agrees_to_change(request, known.participant, participant):
        change = sign_change(known.participant, participant)
        return render_page(request, "participation/somebody_else.html", study, change=change)
    return _let_in(request, Visitor(participant))


@only_at("persona-form")
def persona_form(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The form of figure 9."""
    study = visitor.participant.study
    form = PersonaForm(study, request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer_form(visitor.participant, form.cleaned_data)
        return to_place(request, visitor)
    status = 422 if form.is_bound else 200
    return render_page(request, "participation/persona_form.html", study, visitor, status=status, form=form)


@only_at("instruction")
def instruction(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What to do; posting begins the first goal, or the next for those who had left."""
    participant, problem = visitor.participant, ""
    if request.method == "POST":
        try:
            goals.begin_goal(participant)
        except goals.ChatbotUnavailable as error:
            problem = str(error)
        else:
            return to_place(request, visitor)
    shown = {"problem": problem, "left": len(goals.goals_left(participant)), "total": len(participant.goal_order)}
    status = 503 if problem else 200
    return render_page(request, "participation/instruction.html", participant.study, visitor, status=status, **shown)


@only_at("come-back")
def come_back(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask a participant whose place was released to continue. Posting gets here only if there is no place."""
    has_asked = request.method == "POST"
    status = 403 if has_asked else 200
    study = visitor.participant.study
    return render_page(request, "participation/come_back.html", study, visitor, status=status, is_full=has_asked)


@participants_only
def next_goal(request: HttpRequest, visitor: Visitor, token: str) -> HttpResponse:
    """Goes on from this dialogue, once, however often it is asked for."""
    dialogue = visitor.dialogues.filter(token=token).first()
    reclaim_place(request, visitor)
    if request.method == "POST" and dialogue is not None and not is_released(visitor.participant):
        try:
            goals.go_on(dialogue)
        except (goals.GoalLocked, goals.ChatbotUnavailable) as error:
            messages.warning(request, str(error))
    return to_place(request, visitor)


@only_at("end")
def end(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """How it ended, with what the recruiting platform expects."""
    participant = visitor.participant
    farewell = read_farewell(participant.study, OUTCOMES[participant.state])
    return render_page(request, "participation/end.html", participant.study, visitor, farewell=farewell)


@participants_only
def withdraw(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Asks first, then deletes."""
    participant = visitor.participant
    if request.method == "POST":
        withdraw_participant(participant)
        return to_place(request, visitor)
    if participant.state == Participant.State.WITHDRAWN:
        return to_place(request, visitor)
    return render_page(request, "participation/withdraw.html", participant.study, visitor)


@participants_only
def my_data(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A file with all that the participant gave."""
    participant = visitor.participant
    response = JsonResponse(own_data(participant), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{participant.study.slug}-my-data.json"'
    return response


@in_study
def nothing_here(request: HttpRequest, study: Study, rest: str) -> HttpResponse:
    """For addresses below a study that lead nowhere."""
    sentence = "There is nothing at this address: the link may be incomplete."
    return render_dead_end(request, "Nothing here", sentence, status=404, study=study, has_way_back=True)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that another site, or another browser session, may have sent: participants have no login to go back to."""
    match = request.resolver_match
    study = Study.objects.filter(slug=match.kwargs.get("slug", "")).first() if match else None
    if study is None or not request.path.startswith("/s/"):
        return csrf_failure(request, reason)
    return render_dead_end(request, "This page has expired", EXPIRED, status=403, study=study, has_way_back=True)


def _enrol(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    agreement = read_agreement(arrival.study, request.POST.get("agreement", ""))
    if agreement is None:
        return render_consent(request, arrival, NEW_TEXT, status=422)
    try:
        visitor = enrol(arrival.study, arrival.invitation, agreement)
    except NotAdmitted as refusal:
        if refusal.reason == "finished":
            note_refused_return(arrival.study, arrival.invitation)
        return render_refusal(request, arrival.study, refusal.reason)
    return _let_in(request, visitor)


def _agrees_to_change(request: HttpRequest, known: Participant, participant: Participant) -> bool:
    """Return whether they come from the page that asks. It is a link, because a form sent without a referrer has no origin."""
    return is_change(known, participant, request.GET.get("change", ""))


def _let_in(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    response = to_place(request, visitor)
    set_cookie(response, visitor)
    return response
