"""Views of runs."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from simulation.budgets import parse_budget, set_budget
from simulation.cells import CELLS
from simulation.figures import read_figures
from simulation.models import Run
from simulation.provenance import read_provenance
from simulation.reproduction import obstacles, write_programmes
from simulation.requests import RequestError
from simulation.run_page import Filters, allowed_actions, read_run
from simulation.services import cancel_run, restart_run
from studies.access import account, staff_only
from studies.live import send_updates

STOP_POLLING = 286
"""htmx's status for "use this answer and stop polling"."""


@staff_only
def run(request: HttpRequest, token: str) -> HttpResponse:
    """Show a run. Posting an action starts, pauses or cancels it."""
    found = get_object_or_404(Run.objects.select_related("study"), token=token)
    if request.method == "POST":
        return _act(request, found)
    return render(request, "simulation/run.html", {"page": read_run(found, Filters.parse(request.GET))})


@staff_only
def run_live(request: HttpRequest, token: str) -> HttpResponse:
    """Return what has changed on a run's page since it last asked. The end of the run also refreshes its statistics."""
    found = get_object_or_404(Run.objects.select_related("study"), token=token)
    page = read_run(found, Filters.parse(request.GET))
    response = send_updates(request, page.live, {"page": page})
    if page.live.seconds is None and response.status_code == 200:
        response["HX-Trigger"] = "run-over"
    return response


@staff_only
def run_statistics(request: HttpRequest, token: str) -> HttpResponse:
    """Return the rows of tables 1 and 7 for a run so far, or nothing (204) if the page shows them already."""
    found = get_object_or_404(Run, token=token)
    figures, is_over = read_figures(found), found.state not in (Run.State.RUNNING, Run.State.PAUSED)
    if not is_over and request.GET.get("seen") == str(figures.dialogues):
        return HttpResponse(status=204)
    status = STOP_POLLING if is_over else 200
    return render(request, "simulation/_statistics.html", {"figures": figures}, status=status)


@staff_only
def run_reproduction(request: HttpRequest, token: str) -> HttpResponse:
    """Return the commands and programme files that make a run again."""
    found = _simulated_run(token)
    context = {
        "run": found,
        "programmes": write_programmes(found),
        "obstacles": obstacles(found),
        "provenance": read_provenance(found),
    }
    return render(request, "simulation/_reproduction.html", context)


@staff_only
def run_programme(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Download a programme file of a run, counted from 1."""
    programmes = write_programmes(_simulated_run(token))
    if not 1 <= number <= len(programmes):
        raise Http404
    file = programmes[number - 1]
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.text, content_type="application/toml; charset=utf-8", headers=headers)


def _simulated_run(token: str) -> Run:
    """Return a run that was simulated here: an imported one lacks its settings."""
    found = get_object_or_404(Run.objects.select_related("study"), token=token)
    if found.configuration.get("imported"):
        raise Http404
    return found


def _act(request: HttpRequest, found: Run) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "budget":
        return _change_budget(request, found)
    match action if action in allowed_actions(found) else "":
        case "start":
            restart_run(found, account(request))
        case "pause":
            CELLS.pause(found)
        case "cancel":
            cancel_run(found)
        case _:
            messages.warning(request, f"The run is already {found.get_state_display()}, so nothing was changed.")
    return redirect("run", found.token)


def _change_budget(request: HttpRequest, found: Run) -> HttpResponse:
    text = request.POST.get("budget", "").strip()
    try:
        set_budget(found, parse_budget(text) if text else None)
    except RequestError as error:
        messages.error(request, str(error))
    return redirect("run", found.token)
