"""A study's pages as participants see them, for its researchers, from consent to the first goal. Nothing is stored."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from collection.models import Outcome
from collection.participation.access import AnyView, in_study
from collection.participation.enrolment import is_screened_out
from collection.participation.forms import PersonaForm
from collection.participation.presentation import read_farewell, render_page
from collection.participation.providers import provider_of
from studies.access import is_researcher
from studies.language_models.catalogue import read_catalogue
from studies.models import Study


def researchers_only(view: Callable[[HttpRequest, Study], HttpResponse]) -> AnyView[[]]:
    """Send all other visitors to the study's first page."""

    @in_study
    @wraps(view)
    def known(request: HttpRequest, study: Study) -> HttpResponse:
        return view(request, study) if is_researcher(request.user) else redirect("welcome", study.slug)

    return known


@researchers_only
def welcome(request: HttpRequest, study: Study) -> HttpResponse:
    """Show the study's welcome and consent."""
    shown = {"provider": provider_of(study.chatbot), "label": read_catalogue().label(study.chatbot)}
    return _render(request, "participation/welcome.html", study, **shown)


@researchers_only
def persona_form(request: HttpRequest, study: Study) -> HttpResponse:
    """Check the answers as the real form does, and show the page that follows."""
    form = PersonaForm(study, request.POST if request.method == "POST" else None)
    if form.is_valid() and is_screened_out(study, form.cleaned_data):
        farewell = read_farewell(study, Outcome.Kind.SCREENED_OUT)
        return _render(request, "participation/screened_out.html", study, farewell=farewell)
    if form.is_valid():
        return redirect("preview-instruction", study.slug)
    status = 422 if form.is_bound else 200
    return _render(request, "participation/persona_form.html", study, status=status, form=form)


@researchers_only
def instruction(request: HttpRequest, study: Study) -> HttpResponse:
    """Show the instruction, after which the chat would begin."""
    goals = study.goals.count()
    return _render(request, "participation/instruction.html", study, left=goals, total=goals)


def _render(request: HttpRequest, template: str, study: Study, **shown: Any) -> HttpResponse:
    way_back = reverse("collecting", args=[study.slug])
    return render_page(request, template, study, is_preview=True, way_back=way_back, preview_offer="", **shown)
