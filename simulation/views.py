"""Doors to studies, runs and dialogues."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from simulation.figures import read_figures
from simulation.forms import RunForm
from simulation.fragments import run_news
from simulation.models import Run
from simulation.presentation import StudyPage, list_studies, read_place, read_study
from simulation.requests import RequestError
from simulation.run_page import Filters, allowed_actions, read_run
from simulation.services import cancel_run, pause_run, queue_run, request_run
from studies.access import staff_only
from studies.models import Dialogue, Study
from studies.presentation import read_chat

ACTIONS = {"start": queue_run, "pause": pause_run, "cancel": cancel_run}
STOP_POLLING = 286
"""htmx's own status: take this, and ask no more."""


@staff_only
def studies(request: HttpRequest) -> HttpResponse:
    """All studies with their runs."""
    return render(request, "simulation/studies.html", {"studies": list_studies()})


@staff_only
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """A study and the form for a new run; posting the form asks for the run."""
    page = read_study(get_object_or_404(Study, slug=slug))
    form = RunForm(page, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (run := _request(form, page)):
        return redirect("run", run.token)
    status = 422 if form.is_bound else 200
    return render(request, "simulation/study.html", {"page": page, "form": form}, status=status)


@staff_only
def run(request: HttpRequest, token: str) -> HttpResponse:
    """A run, filling up; posting an action starts, pauses or cancels it."""
    found = get_object_or_404(Run.objects.select_related("study"), token=token)
    if request.method == "POST":
        return _act(request, found)
    return render(request, "simulation/run.html", {"page": read_run(found, Filters.parse(request.GET))})


@staff_only
def run_live(request: HttpRequest, token: str) -> HttpResponse:
    """What has changed on a run's page since it was last asked for."""
    found = get_object_or_404(Run.objects.select_related("study"), token=token)
    return run_news(request, read_run(found, Filters.parse(request.GET)))


@staff_only
def run_statistics(request: HttpRequest, token: str) -> HttpResponse:
    """The rows of tables 1 and 7 for a run so far, or nothing (204) while the page shows them already."""
    found = get_object_or_404(Run, token=token)
    figures, is_over = read_figures(found), found.state not in (Run.State.RUNNING, Run.State.PAUSED)
    if not is_over and request.GET.get("seen") == str(figures.dialogues):
        return HttpResponse(status=204)
    status = STOP_POLLING if is_over else 200
    return render(request, "simulation/_statistics.html", {"figures": figures}, status=status)


@staff_only
def dialogue(request: HttpRequest, token: str) -> HttpResponse:
    """A dialogue as a chat, and its place in its run if it has one."""
    found = get_object_or_404(Dialogue.objects.select_related("study", "goal", "persona"), token=token)
    context = {"chat": read_chat(found), "place": read_place(found)}
    return render(request, "simulation/dialogue.html", context)


def _request(form: RunForm, page: StudyPage) -> Run | None:
    """The run that the form asks for, started unless it is only to be prepared; None with an error in the form."""
    try:
        found = request_run(page.study, form.to_request())
    except RequestError as error:
        form.add_error(None, str(error))
        return None
    if "prepare" not in form.data:
        queue_run(found)
    return found


def _act(request: HttpRequest, found: Run) -> HttpResponse:
    action = request.POST.get("action", "")
    if action in allowed_actions(found):
        ACTIONS[action](found)
    else:
        messages.warning(request, f"The run is {found.get_state_display()} by now, so nothing was changed.")
    return redirect("run", found.token)
