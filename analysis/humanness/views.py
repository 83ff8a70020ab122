"""Pages about the health and fidelity of runs. No view computes anything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRefresh

from analysis.downloads import send_archive, send_file
from analysis.humanness.humanness_page import read_humanness
from analysis.humanness.reports import request_report
from analysis.models import HumannessReport
from simulation.models import Run
from studies.access import account, staff_only


@staff_only
def humanness(request: HttpRequest, token: str) -> HttpResponse:
    """Show the latest results of the run; posting requests those of the present data."""
    run = _find_run(token)
    if request.method == "POST":
        request_report(run, account(request))
        return redirect("humanness", token)
    return render(request, "humanness/humanness.html", {"page": read_humanness(run)})


@staff_only
def humanness_live(request: HttpRequest, token: str) -> HttpResponse:
    """Show the progress of the computation; once it is finished, reload the page."""
    page = read_humanness(_find_run(token))
    if not page.is_under_way:
        return HttpResponseClientRefresh()
    return render(request, "humanness/_under_way.html", {"page": page})


@staff_only
def humanness_file(request: HttpRequest, token: str, report: str, name: str) -> HttpResponse:
    """Return a figure for display, or any file as a download."""
    return send_file(request, _find_report(token, report), name, f"run-{token[:8]}")


@staff_only
def humanness_archive(request: HttpRequest, token: str, report: str) -> HttpResponse:
    """Return all files in one ZIP archive."""
    return send_archive(_find_report(token, report), f"run-{token[:8]}-humanness")


def _find_run(token: str) -> Run:
    return get_object_or_404(Run.objects.select_related("study"), token=token)


def _find_report(run: str, token: str) -> HumannessReport:
    return get_object_or_404(HumannessReport, run__token=run, token=token, state=HumannessReport.State.FINISHED)
