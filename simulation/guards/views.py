"""Views of the sections about unsafe content on the pages of a run and of a study."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from simulation.guards.guard_section import GuardForm, change_checks, read_section
from simulation.guards.scopes import Scope, scope_of_natural, scope_of_run
from simulation.models import Run
from simulation.requests import RequestError
from studies.access import account, staff_only
from studies.models import Study


@staff_only
def run_guards(request: HttpRequest, token: str) -> HttpResponse:
    """Return the section. Posting lets a guard check the run, or resumes or pauses its checks."""
    return _section(request, _of_run(token))


@staff_only
def run_guard_results(request: HttpRequest, token: str) -> HttpResponse:
    """Return the results so far, or nothing (204) if the page shows them already."""
    return _results(request, _of_run(token))


@staff_only
def study_guards(request: HttpRequest, slug: str) -> HttpResponse:
    """Do the same for natural dialogues, if the study's rules let guards check them."""
    return _section(request, _of_study(slug))


@staff_only
def study_guard_results(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the results so far, or nothing (204) if the page shows them already."""
    return _results(request, _of_study(slug))


def _of_run(token: str) -> Scope:
    return scope_of_run(get_object_or_404(Run.objects.select_related("study"), token=token))


def _of_study(slug: str) -> Scope:
    return scope_of_natural(get_object_or_404(Study, slug=slug, guards_natural=True))


def _section(request: HttpRequest, scope: Scope) -> HttpResponse:
    if request.method == "POST":
        _act(request, scope)
        return redirect(f"{scope.page}#safety")
    return render(request, "simulation/_guards.html", {"section": read_section(scope), "form": GuardForm()})


def _results(request: HttpRequest, scope: Scope) -> HttpResponse:
    section = read_section(scope)
    if request.GET.get("seen") == section.seen:
        return HttpResponse(status=204)
    return render(request, "simulation/_guard_results.html", {"section": section})


def _act(request: HttpRequest, scope: Scope) -> None:
    action = next((name for name in ("ask", "start", "pause") if name in request.POST), "")
    name = request.POST.get("model" if action == "ask" else action, "")
    try:
        if action == "ask" and not (form := GuardForm(request.POST)).is_valid():
            raise RequestError(str(form.errors["model"][0]))
        messages.success(request, change_checks(scope, action, name, account(request)))
    except RequestError as error:
        messages.error(request, str(error))
