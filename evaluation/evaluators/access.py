"""Who may see evaluators' pages: each sees the one that is theirs now, and is sent there from any other."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from collection.participation.invitations import ADVICE, BrokenLink
from evaluation.evaluators.arrivals import Arrival, read_arrival
from evaluation.evaluators.credentials import Visitor, address_of, find_visitor
from evaluation.evaluators.presentation import render_dead_end
from evaluation.evaluators.whereabouts import Place, whereabouts
from evaluation.models import Evaluation

P = ParamSpec("P")
AnyView = Callable[Concatenate[HttpRequest, str, int, P], HttpResponse]


def find_evaluation(slug: str, number: int) -> Evaluation | None:
    """The study's evaluation of this number."""
    return Evaluation.objects.filter(study__slug=slug, number=number).select_related("study").first()


def in_evaluation(view: Callable[Concatenate[HttpRequest, Evaluation, P], HttpResponse]) -> AnyView[P]:
    """Finds the evaluation. No page of an evaluator is kept by the browser: a shared computer must not show it to the next."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, slug: str, number: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        evaluation = find_evaluation(slug, number)
        return view(request, evaluation, *args, **kwargs) if evaluation else _no_evaluation(request)

    return found  # type: ignore[return-value]  # Django passes the slug and the number by their names


def arriving(view: Callable[[HttpRequest, Arrival], HttpResponse]) -> AnyView[[]]:
    """For the door: reads the link, and says so when it is broken."""

    @in_evaluation
    @wraps(view)
    def arrived(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
        try:
            arrival = read_arrival(evaluation, request.GET, request.COOKIES, timezone.now())
        except BrokenLink as error:
            sentence = f"{error} {ADVICE}"
            return render_dead_end(request, "This link is broken", sentence, status=400, evaluation=evaluation)
        return view(request, arrival)

    return arrived


def evaluators_only(view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]) -> AnyView[P]:
    """Sends people whom nothing names to the evaluation's door."""

    @never_cache
    @wraps(view)
    def known(request: HttpRequest, slug: str, number: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visitor = find_visitor(slug, number, request.COOKIES)
        return view(request, visitor, *args, **kwargs) if visitor else _to_door(request, slug, number)

    return known  # type: ignore[return-value]  # Django passes the slug and the number by their names


def only_at(
    place: Place,
) -> Callable[[Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]], AnyView[P]]:
    """For a page that is theirs only at one ``place`` of their way; from anywhere else it leads to where they are."""

    def decorate(view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]) -> AnyView[P]:
        @evaluators_only
        @wraps(view)
        def placed(request: HttpRequest, visitor: Visitor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            is_theirs = whereabouts(visitor) == place
            return view(request, visitor, *args, **kwargs) if is_theirs else to_place(request, visitor)

        return placed

    return decorate


def to_place(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Leads to where the visitor is after all that has just happened, or says that judging is closed."""
    visitor.evaluator.refresh_from_db(fields=["state"])
    place = whereabouts(visitor)
    return render_closed(request, visitor) if place == "closed" else redirect(address_of(place, visitor.evaluation))


def render_closed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """For those who were under way."""
    return render_dead_end(
        request,
        "Judging is closed at the moment",
        "You cannot go on now. What you have answered so far is kept, unless you withdraw.",
        status=403,
        evaluation=visitor.evaluation,
        visitor=visitor,
    )


@in_evaluation
def _to_door(_request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    return redirect(address_of("judge-welcome", evaluation))


def _no_evaluation(request: HttpRequest) -> HttpResponse:
    sentence = "The link may be incomplete. Please open it again from where you got it."
    return render_dead_end(request, "There is nothing to judge here", sentence, status=404)
