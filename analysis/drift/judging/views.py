"""Views of the sections about judges on the pages of a run and of a study's analysis."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from analysis.drift.judging.judging_section import JudgeForm, ask_judge, change_judging, read_section
from analysis.drift.judging.scopes import Scope, scope_of_run, scope_of_study
from characters.refusals import CharacterRefused
from simulation.models import Run
from studies.access import account, staff_only
from studies.models import Study
from studies.storable_text import storable


@staff_only
def run_judgings(request: HttpRequest, token: str) -> HttpResponse:
    """Return the section. Posting lets a judge score the run's turns, or resumes or pauses it."""
    return _section(request, _of_run(token))


@staff_only
def run_judging_results(request: HttpRequest, token: str) -> HttpResponse:
    """Return the results so far, or nothing (204) if the page shows them already."""
    return _results(request, _of_run(token))


@staff_only
def study_judgings(request: HttpRequest, slug: str) -> HttpResponse:
    """Do the same for all simulated dialogues of the study."""
    return _section(request, _of_study(slug))


@staff_only
def study_judging_results(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the results so far, or nothing (204) if the page shows them already."""
    return _results(request, _of_study(slug))


def _of_run(token: str) -> Scope:
    return scope_of_run(get_object_or_404(Run.objects.select_related("study"), token=token))


def _of_study(slug: str) -> Scope:
    return scope_of_study(get_object_or_404(Study, slug=slug))


def _section(request: HttpRequest, scope: Scope) -> HttpResponse:
    if request.method == "POST":
        _act(request, scope)
        return redirect(f"{scope.page}#judges")
    return render(request, "humanness/_judges.html", {"section": read_section(scope), "form": JudgeForm()})


def _results(request: HttpRequest, scope: Scope) -> HttpResponse:
    section = read_section(scope)
    if request.GET.get("seen") == section.seen:
        return HttpResponse(status=204)
    return render(request, "humanness/_judge_results.html", {"section": section})


def _act(request: HttpRequest, scope: Scope) -> None:
    action = next((name for name in ("start", "pause") if name in request.POST), "")
    try:
        if action:
            done = change_judging(scope, action, storable(request.POST[action]), account(request))
        else:
            done = ask_judge(scope, JudgeForm(request.POST), account(request))
        messages.success(request, done)
    except CharacterRefused as error:
        messages.error(request, str(error))
