"""What participants' pages show."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from collection.models import Outcome, Participant, Recruitment
from collection.participation.admission import Refusal
from collection.participation.agreements import offer_agreement, sign_agreement
from collection.participation.arrivals import Arrival
from collection.participation.credentials import Visitor, personal_token
from collection.participation.whereabouts import whereabouts
from studies.access import is_researcher
from studies.language_models.catalogue import read_catalogue
from studies.models import Study
from studies.texts import default_outcome

State, Kind = Participant.State, Outcome.Kind
OUTCOMES: dict[str, Outcome.Kind] = {
    State.FINISHED: Kind.COMPLETED,
    State.SCREENED_OUT: Kind.SCREENED_OUT,
    State.TURNED_AWAY: Kind.FULL,
    State.WITHDRAWN: Kind.WITHDRAWN,
}
REFUSALS: dict[Refusal, tuple[str, str]] = {
    "closed": ("This study is closed", "It takes no participants at the moment."),
    "not_yet": ("This study is not open yet", "Please come back later, on the same link."),
    "over": ("This study is over", "It takes no more participants. Thank you for your interest."),
    "finished": (
        "You have already taken part",
        "Someone has already completed this study with the ID in your link. The completion code is shown only "
        "in the browser in which you finished, or through your personal link. If you have neither, please ask the researchers "
        "who invited you.",
    ),
}


@dataclass(frozen=True, slots=True)
class Farewell:
    """What somebody reads whose way ends: Markdown, a code for the platform, and the way back to it."""

    kind: str
    text: str
    code: str
    address: str

    @property
    def platform(self) -> str:
        """Where the address leads, in short."""
        return (urlsplit(self.address).hostname or "").removeprefix("www.")


def read_farewell(study: Study, kind: str) -> Farewell:
    """The study's own words for this outcome, or the standard ones."""
    outcome = study.outcomes.filter(kind=kind).first() or Outcome(kind=kind)
    return Farewell(kind, outcome.text.strip() or default_outcome(kind), outcome.code, outcome.redirect_url)


def render_page(
    request: HttpRequest,
    template: str,
    study: Study | None,
    visitor: Visitor | None = None,
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    """A page of the study, with what participants see around it: the study's name, their personal link, Withdraw."""
    is_known = visitor is not None and visitor.participant.state != State.WITHDRAWN
    frame = {
        "layout": "participation/layout.html",
        "door": reverse("welcome", args=[study.slug]) if study else "",
        "study": study,
        "visitor": visitor,
        "personal_link": _personal_link(request, visitor),
        "leaving": reverse("withdraw", args=[study.slug]) if study and is_known else "",
        "own_data": reverse("my-data", args=[study.slug]) if study and is_known else "",
    }
    return render(request, template, frame | shown, status=status)


def render_dead_end(
    request: HttpRequest,
    heading: str,
    sentence: str,
    *,
    status: int,
    study: Study | None = None,
    visitor: Visitor | None = None,
    has_way_back: bool = False,
) -> HttpResponse:
    """A page that leads nowhere, or only to the study's door, and says why."""
    shown: dict[str, Any] = {"heading": heading, "sentence": sentence, "has_way_back": has_way_back}
    return render_page(request, "participation/dead_end.html", study, visitor, status=status, **shown)


def render_consent(request: HttpRequest, arrival: Arrival, notice: str = "", status: int = 200) -> HttpResponse:
    """Show the study's welcome and consent; for an external id that has finished, how to see the completion code."""
    study, agreement = arrival.study, offer_agreement(arrival.study)
    return render_page(
        request,
        "participation/welcome.html",
        study,
        status=status,
        arrival=arrival,
        notice=notice,
        provider=agreement.provider,
        label=read_catalogue().label(study.chatbot),
        agreement=sign_agreement(study, agreement),
        preview_offer=reverse("preview", args=[study.slug]) if is_researcher(request.user) else "",
    )


def render_welcome_back(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """For those whom the browser knows: where they go on."""
    study, place = visitor.participant.study, whereabouts(visitor)
    is_named = bool(visitor.participant.external_id)
    shown: dict[str, Any] = {"place": place, "address": "" if place == "closed" else reverse(place, args=[study.slug])}
    return render_page(request, "participation/welcome_back.html", study, visitor, **shown, may_be_another=not is_named)


def render_refusal(request: HttpRequest, study: Study, reason: Refusal) -> HttpResponse:
    """Why nobody can enrol; a study without places has words, a code and an address of its own for that."""
    if reason == "full":
        farewell = read_farewell(study, Kind.FULL)
        return render_page(request, "participation/full.html", study, farewell=farewell, status=403)
    heading, sentence = REFUSALS[reason]
    opens_at = Recruitment.objects.values_list("opens_at", flat=True).get(study=study) if reason == "not_yet" else None
    shown: dict[str, Any] = {"heading": heading, "sentence": sentence, "opens_at": opens_at}
    return render_page(request, "participation/dead_end.html", study, status=403, **shown)


def _personal_link(request: HttpRequest, visitor: Visitor | None) -> str:
    """Return the full personal link; empty for an unknown visitor."""
    if visitor is None:
        return ""
    participant = visitor.participant
    return request.build_absolute_uri(
        reverse("personal-link", args=[participant.study.slug, personal_token(participant)])
    )
