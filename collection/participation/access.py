"""Who may see participants' pages: each sees the one that is theirs now, and is sent there from any other."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from collection.participation.admission import is_released
from collection.participation.arrivals import Arrival, read_arrival
from collection.participation.credentials import Visitor, read_cookie
from collection.participation.invitations import ADVICE, BrokenLink
from collection.participation.places import take_back
from collection.participation.presentation import render_dead_end
from collection.participation.whereabouts import Place, whereabouts
from studies.models import Study

P = ParamSpec("P")
AnyView = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def in_study(view: Callable[Concatenate[HttpRequest, Study, P], HttpResponse]) -> AnyView[P]:
    """Finds the study. No page of a participant is kept by the browser: a shared computer must not show it to the next."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            return _no_study(request)
        return view(request, study, *args, **kwargs)

    return found  # type: ignore[return-value]  # Django passes the slug by its name


def arriving(view: Callable[[HttpRequest, Arrival], HttpResponse]) -> AnyView[[]]:
    """For the door: reads the link, and says so when it is broken."""

    @in_study
    @wraps(view)
    def arrived(request: HttpRequest, study: Study) -> HttpResponse:
        try:
            arrival = read_arrival(study, request.GET, request.COOKIES, timezone.now())
        except BrokenLink as error:
            sentence = f"{error} {ADVICE}"
            return render_dead_end(request, "This link is broken", sentence, status=400, study=study)
        return view(request, arrival)

    return arrived


def participants_only(view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]) -> AnyView[P]:
    """Sends people whom nothing names to the study's door."""

    @in_study
    @wraps(view)
    def known(request: HttpRequest, study: Study, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visitor = read_cookie(study, request.COOKIES)
        return view(request, visitor, *args, **kwargs) if visitor else redirect("welcome", study.slug)

    return known


def only_at(
    place: Place,
) -> Callable[[Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]], AnyView[P]]:
    """For a page that is theirs only at one ``place`` of their way; from anywhere else it leads to where they are."""

    def decorate(view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]) -> AnyView[P]:
        @participants_only
        @wraps(view)
        def placed(request: HttpRequest, visitor: Visitor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            reclaim_place(request, visitor)
            is_theirs = whereabouts(visitor) == place
            return view(request, visitor, *args, **kwargs) if is_theirs else to_place(request, visitor)

        return placed

    return decorate


def reclaim_place(request: HttpRequest, visitor: Visitor) -> None:
    """Give a participant whose place was released a place again, if there is room, because what they just sent should count."""
    if request.method == "POST" and is_released(visitor.participant):
        take_back(visitor.participant, timezone.now())


def to_place(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Leads to where the visitor is after all that has just happened, or says that the study is closed."""
    visitor.participant.refresh_from_db(fields=["state"])
    place = whereabouts(visitor)
    return render_closed(request, visitor) if place == "closed" else redirect(place, visitor.participant.study.slug)


def render_closed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """For those who were under way."""
    return render_dead_end(
        request,
        "The study is closed at the moment",
        "You cannot go on now. What you have answered and written so far is kept, unless you withdraw.",
        status=403,
        study=visitor.participant.study,
        visitor=visitor,
    )


def _no_study(request: HttpRequest) -> HttpResponse:
    sentence = (
        "There is no study at this address: the link may be incomplete. Please open it again from where you got it."
    )
    return render_dead_end(request, "There is no such study", sentence, status=404)
