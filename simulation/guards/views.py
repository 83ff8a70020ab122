"""Views of the section about unsafe content on a run's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from simulation.guards.guard_section import GuardForm, change_checks, read_section
from simulation.models import Run
from simulation.requests import RequestError
from studies.access import account, staff_only


@staff_only
def run_guards(request: HttpRequest, token: str) -> HttpResponse:
    """Return the section. Posting lets a guard check the run, or resumes or pauses its checks."""
    run = get_object_or_404(Run.objects.select_related("study"), token=token)
    if request.method == "POST":
        _act(request, run)
        return redirect(f"{reverse('run', args=[run.token])}#safety")
    return render(request, "simulation/_guards.html", {"section": read_section(run), "form": GuardForm()})


@staff_only
def run_guard_results(request: HttpRequest, token: str) -> HttpResponse:
    """Return the results so far, or nothing (204) if the page shows them already."""
    section = read_section(get_object_or_404(Run.objects.select_related("study"), token=token))
    if request.GET.get("seen") == section.seen:
        return HttpResponse(status=204)
    return render(request, "simulation/_guard_results.html", {"section": section})


def _act(request: HttpRequest, run: Run) -> None:
    action = next((name for name in ("ask", "start", "pause") if name in request.POST), "")
    name = request.POST.get("model" if action == "ask" else action, "")
    try:
        if action == "ask" and not (form := GuardForm(request.POST)).is_valid():
            raise RequestError(str(form.errors["model"][0]))
        messages.success(request, change_checks(run, action, name, account(request)))
    except RequestError as error:
        messages.error(request, str(error))
