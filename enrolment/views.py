"""Views for people without a login, from the first page to the last. A GET changes nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.csrf import csrf_failure

from enrolment.access import in_study, on_landing, only_at, to_current_step, visitors_only
from enrolment.external_ids import note_refused_return
from enrolment.landing import Landing, enrol, read_cookie
from enrolment.pages import (
    EXPIRED,
    FAILED,
    LINK_ADVICE,
    NEW_TEXT,
    NOTHING_HERE,
    TOO_MANY,
    render_consent,
    render_dead_end,
    render_page,
    render_refusal,
    render_welcome_back,
)
from enrolment.protocol import Enrolment, Heading, NotEligible, P, Visitor
from enrolment.rate_limits import is_too_fast
from enrolment.withdrawal import withdraw as withdraw_person


def urls_of(kind: type[Enrolment[P]]) -> list[URLPattern]:
    """Return the URL patterns common to all kinds of studies, below the address of the study or evaluation.

    Browsers send the identifying cookie only to these addresses.
    """
    views = {
        "": (on_landing(kind)(welcome), "welcome"),
        "consent/": (on_landing(kind)(consent), "consent"),
        "decline/": (on_landing(kind)(decline), "decline"),
        "p/<str:token>/": (in_study(kind)(personal_link), "personal-link"),
        "end/": (only_at(kind, "end")(end), "end"),
        "withdraw/": (visitors_only(kind)(withdraw), "withdraw"),
        "data/": (visitors_only(kind)(my_data), "my-data"),
    }
    return [path(route, view, name=f"{kind.prefix}{name}") for route, (view, name) in views.items()]


def welcome(request: HttpRequest, landing: Landing[P]) -> HttpResponse:
    """Show the welcome and the consent."""
    enrolment = landing.enrolment
    if landing.visitor:
        return render_welcome_back(request, enrolment, landing.visitor.person)
    if landing.refusal and landing.refusal != "finished":
        preview = enrolment.preview_address(request)
        return redirect(preview) if preview else render_refusal(request, enrolment, landing.refusal)
    barred = enrolment.why_barred(request, landing.invitation)
    return render_consent(request, landing, _whole(enrolment.texts().refusals[barred]) if barred else "")


def consent(request: HttpRequest, landing: Landing[P]) -> HttpResponse:
    """Enrol a person who agrees."""
    if request.method != "POST":
        return redirect(f"{landing.enrolment.address('welcome')}?{landing.query}")
    if landing.visitor:
        return to_current_step(request, landing.visitor)
    if is_too_fast(request.META.get("REMOTE_ADDR", "")):
        return render_consent(request, landing, gettext(TOO_MANY), status=429)
    if barred := landing.enrolment.why_barred(request, landing.invitation):
        return render_refusal(request, landing.enrolment, barred)
    return _enrol(request, landing)


def decline(request: HttpRequest, landing: Landing[P]) -> HttpResponse:
    """Thank a person who does not agree, of whom nothing is stored; they can still change their mind."""
    enrolment = landing.enrolment
    door = f"{enrolment.address('welcome')}?{landing.query}"
    return render_page(request, "enrolment/declined.html", enrolment, door=door)


def personal_link(request: HttpRequest, enrolment: Enrolment[P], token: str) -> HttpResponse:
    """Return a person to their current step, with full access.

    Ask first if the browser identifies another person: that person may have no other way to return, and someone who was
    sent a stranger's link would write in the stranger's name. The answer is a link, because a form sent without a referrer has
    no origin.
    """
    tokens = enrolment.tokens
    person = enrolment.people.filter(token=tokens.read_link(token)).first()
    if person is None:
        heading, advice = gettext("This personal link does not work"), gettext(LINK_ADVICE)
        return render_dead_end(request, heading, advice, status=404, enrolment=enrolment)
    known = read_cookie(enrolment, request.COOKIES)
    answer = request.GET.get("change", "")
    if known and known != person and not tokens.is_change(known.token, person.token, answer):
        change = tokens.sign_change(known.token, person.token)
        return render_page(request, "enrolment/is_this_your_link.html", enrolment, change=change)
    return _let_in(request, Visitor(enrolment, person))


def end(request: HttpRequest, visitor: Visitor[P]) -> HttpResponse:
    """Show the outcome, with the code and link for the recruitment platform."""
    enrolment, person = visitor.enrolment, visitor.person
    outcome = enrolment.read_outcome(enrolment.outcome_of(person))
    return render_page(request, "enrolment/end.html", enrolment, person, outcome=outcome)


def withdraw(request: HttpRequest, visitor: Visitor[P]) -> HttpResponse:
    """Ask for confirmation, then delete the person's data."""
    enrolment, person = visitor.enrolment, visitor.person
    if request.method == "POST":
        withdraw_person(enrolment, person)
        return to_current_step(request, visitor)
    if person.state == person.WITHDRAWN:
        return to_current_step(request, visitor)
    return render_page(request, "enrolment/withdraw.html", enrolment, person)


def my_data(request: HttpRequest, visitor: Visitor[P]) -> HttpResponse:
    """Send a file with all stored data of the person."""
    enrolment = visitor.enrolment
    data = enrolment.personal_data(visitor.person)
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = f"{enrolment.study.slug}-{enrolment.data_file}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def nothing_here(request: HttpRequest, enrolment: Enrolment[P], rest: str) -> HttpResponse:
    """Answer unknown addresses below a study or an evaluation."""
    heading, sentence = gettext("Page not found"), gettext(NOTHING_HERE)
    return render_dead_end(request, heading, sentence, status=404, enrolment=enrolment, has_way_back=True)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that another site or browser session may have sent, with a link back to the page's study."""
    enrolment = _enrolment_at(request)
    if enrolment is None:
        return csrf_failure(request, reason)
    with enrolment.own_language():
        heading, sentence = gettext("This page has expired"), gettext(EXPIRED)
        return render_dead_end(request, heading, sentence, status=403, enrolment=enrolment, has_way_back=True)


def explain_failure(request: HttpRequest) -> HttpResponse | None:
    """Answer an unexpected error in the language of the page's study or evaluation; None on any other page."""
    enrolment = _enrolment_at(request)
    if enrolment is None:
        return None
    with enrolment.own_language():
        heading, sentence = gettext("Something went wrong on our side"), gettext(FAILED)
        return render_dead_end(request, heading, sentence, status=500, enrolment=enrolment)


def _enrolment_at(request: HttpRequest) -> Enrolment[Any] | None:
    """Return the study or evaluation to which the page belongs; None if it belongs to neither."""
    match = request.resolver_match
    kind: type[Enrolment[Any]] | None = getattr(match.func, "kind", None) if match else None
    return kind.find(**{name: match.kwargs[name] for name in kind.keywords}) if kind and match else None


def _whole(heading: Heading) -> str:
    """Return a heading and its text as sentences."""
    return gettext("{heading}. {sentence}").format(heading=heading[0], sentence=heading[1])


def _enrol(request: HttpRequest, landing: Landing[P]) -> HttpResponse:
    enrolment, invitation = landing.enrolment, landing.invitation
    agreement = enrolment.terms.read(request.POST.get("agreement", ""))
    if agreement is None:
        return render_consent(request, landing, gettext(NEW_TEXT), status=422)
    try:
        person = enrol(enrolment, invitation, agreement, cookies=request.COOKIES)
    except NotEligible as refusal:
        if refusal.reason == "finished":
            note_refused_return(enrolment.people, invitation.external_id)
        return render_refusal(request, enrolment, refusal.reason)
    return _let_in(request, Visitor(enrolment, person))


def _let_in(request: HttpRequest, visitor: Visitor[P]) -> HttpResponse:
    """Set the cookie that identifies this person on the pages of this study or evaluation, and on no others."""
    response = to_current_step(request, visitor)
    enrolment = visitor.enrolment
    enrolment.tokens.set_cookie(response, visitor.person.token, enrolment.address("welcome"))
    return response
