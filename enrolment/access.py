"""Access to pages: people see only the page of their current step, and are sent there from all others."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from enrolment.invitations import ADVICE, BrokenLink
from enrolment.landing import Landing, read_landing
from enrolment.pages import render_closed, render_dead_end
from enrolment.protocol import Enrolment, P, Visitor

A = ParamSpec("A")
E = TypeVar("E", bound=Enrolment[Any])
AnyView = Callable[..., HttpResponse]


def in_study(kind: type[E]) -> Callable[[Callable[Concatenate[HttpRequest, E, A], HttpResponse]], AnyView]:
    """Pass the view the study or evaluation of this kind that the address names, and let it speak the study's language.

    Browsers must not keep the page, because a shared computer must not show it to the next person.
    """

    def decorate(view: Callable[Concatenate[HttpRequest, E, A], HttpResponse]) -> AnyView:
        @wraps(view)
        def found(request: HttpRequest, location: dict[str, Any], *args: A.args, **kwargs: A.kwargs) -> HttpResponse:
            enrolment = kind.find(**location)
            if enrolment is None:
                return render_dead_end(request, *kind.texts().missing, status=404)
            with enrolment.own_language():
                return _refusal(request, enrolment) or view(request, enrolment, *args, **kwargs)

        return _located(kind, found)

    return decorate


def on_landing(kind: type[Enrolment[P]]) -> Callable[[Callable[[HttpRequest, Landing[P]], HttpResponse]], AnyView]:
    """Pass the view the link and cookies of a visit to the first page; explain a broken link."""

    def decorate(view: Callable[[HttpRequest, Landing[P]], HttpResponse]) -> AnyView:
        @in_study(kind)
        @wraps(view)
        def landed(request: HttpRequest, enrolment: Enrolment[P]) -> HttpResponse:
            try:
                landing = read_landing(enrolment, request.GET, request.COOKIES, timezone.now())
            except BrokenLink as error:
                heading, sentence = gettext("This link is broken"), gettext("{fault} {advice}")
                sentence = sentence.format(fault=error, advice=gettext(ADVICE))
                return render_dead_end(request, heading, sentence, status=400, enrolment=enrolment)
            return view(request, landing)

        return landed

    return decorate


def visitors_only(
    kind: type[Enrolment[P]],
) -> Callable[[Callable[Concatenate[HttpRequest, Visitor[P], A], HttpResponse]], AnyView]:
    """Send people without a valid cookie to the first page. The view speaks the language of the visitor's study."""

    to_first_page = in_study(kind)(_to_first_page)

    def decorate(view: Callable[Concatenate[HttpRequest, Visitor[P], A], HttpResponse]) -> AnyView:
        @wraps(view)
        def known(request: HttpRequest, location: dict[str, Any], *args: A.args, **kwargs: A.kwargs) -> HttpResponse:
            visitor = kind.find_visitor(kind.tokens.read_cookie(request.COOKIES), **location)
            if visitor is None:
                return to_first_page(request, **location)
            with visitor.enrolment.own_language():
                return _refusal(request, visitor.enrolment) or view(request, visitor, *args, **kwargs)

        return _located(kind, known)

    return decorate


def only_at(
    kind: type[Enrolment[P]], step: str
) -> Callable[[Callable[Concatenate[HttpRequest, Visitor[P], A], HttpResponse]], AnyView]:
    """Show a page only to people at this step; send others to the page of their own step."""

    def decorate(view: Callable[Concatenate[HttpRequest, Visitor[P], A], HttpResponse]) -> AnyView:
        @visitors_only(kind)
        @wraps(view)
        def placed(request: HttpRequest, visitor: Visitor[P], /, *args: A.args, **kwargs: A.kwargs) -> HttpResponse:
            if request.method == "POST":
                visitor.enrolment.resume(visitor.person)
            is_theirs = visitor.enrolment.current_step(visitor.person) == step
            return view(request, visitor, *args, **kwargs) if is_theirs else to_current_step(request, visitor)

        return placed

    return decorate


def to_current_step(request: HttpRequest, visitor: Visitor[P]) -> HttpResponse:
    """Redirect a person to the page of their current step, or say that the study is closed."""
    visitor.person.refresh_from_db(fields=["state"])
    step = visitor.enrolment.current_step(visitor.person)
    if step == "closed":
        return render_closed(request, visitor.enrolment, visitor.person)
    return redirect(visitor.enrolment.address(step))


def _refusal(request: HttpRequest, enrolment: Enrolment[Any]) -> HttpResponse | None:
    hidden = enrolment.why_hidden(request)
    return render_dead_end(request, *hidden, status=403, enrolment=enrolment) if hidden else None


def _to_first_page(request: HttpRequest, enrolment: Enrolment[Any]) -> HttpResponse:
    return redirect(enrolment.address("welcome"))


def _located(kind: type[E], view: Callable[..., HttpResponse]) -> AnyView:
    """Pass the view the parts of the address that name its study or evaluation, separately from the rest."""

    @never_cache
    @wraps(view)
    def located(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        location = {name: kwargs.pop(name) for name in kind.keywords}
        return view(request, location, **kwargs)

    located.kind = kind  # type: ignore[attr-defined]  # views that answer failures read it
    return located
