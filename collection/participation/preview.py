"""A preview of a study's pages for its researchers, from consent to the first goal. Nothing is stored."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from collection.models import Outcome
from collection.participation.enrolment import ChatEnrolment
from collection.participation.persona_form import is_screened_out, read_form
from enrolment.access import AnyView, in_study
from enrolment.pages import render_page
from studies.access import is_researcher


def researchers_only(view: Callable[[HttpRequest, ChatEnrolment], HttpResponse]) -> AnyView:
    """Send all other visitors to the study's first page."""

    @in_study(ChatEnrolment)
    @wraps(view)
    def known(request: HttpRequest, enrolment: ChatEnrolment) -> HttpResponse:
        return view(request, enrolment) if is_researcher(request.user) else redirect(enrolment.address("welcome"))

    return known


@researchers_only
def welcome(request: HttpRequest, enrolment: ChatEnrolment) -> HttpResponse:
    """Show the study's welcome and consent."""
    shown = {"terms": enrolment.terms} | enrolment.consent_page()
    return _render(request, "enrolment/participant_welcome.html", enrolment, **shown)


@researchers_only
def persona_form(request: HttpRequest, enrolment: ChatEnrolment) -> HttpResponse:
    """Check the answers like the real form, and show the next page."""
    study = enrolment.study
    page = read_form(study, request)
    if page.is_valid() and is_screened_out(study, page.answers):
        outcome = enrolment.read_outcome(Outcome.Kind.SCREENED_OUT)
        return _render(request, "enrolment/end.html", enrolment, outcome=outcome)
    if page.is_valid():
        return redirect("preview-instruction", study.slug)
    status = 422 if page.is_bound else 200
    return _render(request, "enrolment/persona_form.html", enrolment, status=status, page=page)


@researchers_only
def instruction(request: HttpRequest, enrolment: ChatEnrolment) -> HttpResponse:
    """Show the instruction, the last page before the chat."""
    goals = enrolment.study.goals.count()
    return _render(
        request,
        "enrolment/participant_instruction.html",
        enrolment,
        left=goals,
        total=goals,
        instruction=enrolment.study.instruction,
    )


def _render(request: HttpRequest, template: str, enrolment: ChatEnrolment, **shown: Any) -> HttpResponse:
    way_back = reverse("collecting", args=[enrolment.study.slug])
    return render_page(request, template, enrolment, is_preview=True, way_back=way_back, **shown)
