"""Views of runs."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from simulation.budgets import parse_budget, set_budget
from simulation.cells import CELLS
from simulation.extensions import add_seeds, retry_failed
from simulation.figures import read_figures
from simulation.models import Run
from simulation.provenance import read_provenance
from simulation.reproduction import obstacles, write_programmes
from simulation.requests import RequestError, parse_concurrency, parse_numbers
from simulation.run_page import UNDER_WAY, Filters, allowed_actions, read_run
from simulation.services import cancel_run, queue_run, restart_despite_failures, restart_run, set_concurrency
from studies.access import account, staff_only
from studies.live import send_updates

STOP_POLLING = 286
"""htmx's status for "use this answer and stop polling"."""


@staff_only
def run(request: HttpRequest, token: str) -> HttpResponse:
    """Show a run. Posting an action starts, pauses, cancels, changes or extends it."""
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
    if not is_over and request.GET.get("seen") == f"{figures.dialogues}":
        return HttpResponse(status=204)
    status = STOP_POLLING if is_over else 200
    return render(request, "simulation/_statistics.html", {"figures": figures, "run": found}, status=status)


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
    try:
        said = _CHANGES[action](request, found) if action in _CHANGES else _control(request, found, action)
    except RequestError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect("run", found.token)


def _change_concurrency(request: HttpRequest, found: Run) -> str:
    text = request.POST.get("concurrency", "").strip()
    set_concurrency(found, parse_concurrency(text))
    return "Workers follow within seconds." if found.is_running else "The number applies as soon as the run is running."


def _add_seeds(request: HttpRequest, found: Run) -> str:
    added = add_seeds(found, parse_numbers(request.POST.get("seeds", ""), "seeds"), account(request))
    found.refresh_from_db()
    then = "" if found.is_running else " Resume the run to simulate them."
    return f"{added} dialogue{'' if added == 1 else 's'} added.{then}"


def _retry(request: HttpRequest, found: Run) -> str:
    was_over = found.state not in UNDER_WAY
    count = retry_failed(found, request.POST.getlist("endings"))
    if was_over and count:
        queue_run(found, account(request))
    return f"{count} dialogue{'' if count == 1 else 's'} to try again."


def _change_budget(request: HttpRequest, found: Run) -> str:
    text = request.POST.get("budget", "").strip()
    set_budget(found, parse_budget(text) if text else None)
    return ""


def _go_on(request: HttpRequest, found: Run) -> str:
    restart_despite_failures(found, account(request))
    return ""


_CHANGES = {
    "go-on": _go_on,
    "concurrency": _change_concurrency,
    "seeds": _add_seeds,
    "retry": _retry,
    "budget": _change_budget,
}
"""What an action changes in the run; each returns a sentence for the researcher. Raises RequestError."""


def _control(request: HttpRequest, found: Run, action: str) -> str:
    match action if action in allowed_actions(found) else "":
        case "start":
            restart_run(found, account(request))
        case "pause":
            CELLS.pause(found)
        case "cancel":
            cancel_run(found)
        case _:
            messages.warning(request, f"The run is already {found.get_state_display()}, so nothing was changed.")
    return ""
