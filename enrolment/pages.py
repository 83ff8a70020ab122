"""The frame of all pages for people without a login, and the pages that all kinds of studies share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop

from enrolment.landing import Landing
from enrolment.protocol import FULL, Enrolment, P

LINK_ADVICE = gettext_noop(
    "It may be incomplete or expired. Please copy the whole link, or ask the researchers who invited you."
)
NOTHING_HERE = gettext_noop("There is nothing at this address. The link may be incomplete.")
NEW_TEXT = gettext_noop(
    "Your consent was not recorded, because this page was open for a long time or its text has changed. "
    "Please read it again, then agree."
)
TOO_MANY = gettext_noop(
    "Many people have just joined from your network. Please wait a minute, then press the button again."
)
EXPIRED = gettext_noop(
    "For your security, this page works only in the browser in which you opened it, and only if "
    "that browser accepts cookies. Nothing was changed."
)

FAILED = gettext_noop(
    "This page cannot be shown at the moment. Your stored data are safe. Please try again. If this happens again, contact the "
    "researchers."
)


def render_page(
    request: HttpRequest,
    template: str,
    enrolment: Enrolment[P] | None,
    person: P | None = None,
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    """Render a page in its frame: the study's name, the personal link, and the link to withdraw."""
    frame: dict[str, Any] = {}
    if enrolment is not None:
        frame = {"enrolment": enrolment, "study": enrolment.study, "door": enrolment.address("welcome")}
    if enrolment is not None and person is not None:
        frame |= {"person": person, "personal_link": _personal_link(request, enrolment, person)}
        if person.state != person.WITHDRAWN:
            frame |= {"leaving": enrolment.address("withdraw"), "own_data": enrolment.address("my-data")}
    return render(request, template, frame | shown, status=status)


def render_dead_end(
    request: HttpRequest,
    heading: str,
    sentence: str,
    *,
    status: int,
    enrolment: Enrolment[P] | None = None,
    person: P | None = None,
    **shown: Any,
) -> HttpResponse:
    """Render a page that explains why there is no way on, except perhaps to the first page (``has_way_back``)."""
    shown |= {"heading": heading, "sentence": sentence}
    return render_page(request, "enrolment/dead_end.html", enrolment, person, status=status, **shown)


def render_refusal(request: HttpRequest, enrolment: Enrolment[P], reason: str, person: P | None = None) -> HttpResponse:
    """Render the reason why a visitor cannot enrol. If the study is full, include the code for the recruitment platform."""
    if reason == FULL:
        outcome = enrolment.read_outcome(FULL)
        return render_page(request, "enrolment/full.html", enrolment, person, status=403, outcome=outcome)
    return render_dead_end(request, **enrolment.refusal(reason), status=403, enrolment=enrolment, person=person)


def render_closed(request: HttpRequest, enrolment: Enrolment[P], person: P) -> HttpResponse:
    """Render the page for a person in the middle of a study that has been closed."""
    return render_dead_end(request, *enrolment.texts().closed, status=403, enrolment=enrolment, person=person)


def render_consent(request: HttpRequest, landing: Landing[P], notice: str = "", status: int = 200) -> HttpResponse:
    """Render the welcome and the consent or, for an external ID that has finished, how to see the completion code."""
    enrolment = landing.enrolment
    terms = enrolment.terms
    shown: dict[str, Any] = {"landing": landing, "notice": notice, "agreement": terms.sign(terms.offer())}
    shown |= {"terms": terms, "preview_offer": enrolment.preview_address(request), **enrolment.consent_page()}
    return render_page(request, f"enrolment/{enrolment.role}_welcome.html", enrolment, status=status, **shown)


def render_welcome_back(request: HttpRequest, enrolment: Enrolment[P], person: P) -> HttpResponse:
    """Render where a person whom the cookie identifies can continue."""
    step = enrolment.current_step(person)
    address = "" if step == "closed" else enrolment.address(step)
    shown: dict[str, Any] = {"step": step, "address": address, "sentence": enrolment.step_text(person, step)}
    shown["may_be_another"] = not person.external_id and step != "closed"
    return render_page(request, "enrolment/welcome_back.html", enrolment, person, **shown)


def _personal_link(request: HttpRequest, enrolment: Enrolment[P], person: P) -> str:
    token = enrolment.tokens.sign_link(person.token)
    return request.build_absolute_uri(enrolment.address("personal-link", token))
