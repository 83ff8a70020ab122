"""Pages of a study's analysis. No view computes anything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRefresh

from analysis.downloads import send_archive, send_file
from analysis.models import Report
from analysis.study.analysis_page import read_analysis
from analysis.study.forms import SourcesForm
from analysis.study.reports import last_choice, last_factors, request_report
from analysis.study.sources import as_chosen, offered_factors, read_sources
from studies.access import account, staff_only
from studies.models import Study

CHOOSES = "chooses"
"""The field that marks a submitted choice of evaluations, because the choice itself may be empty."""


@staff_only
def analysis(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the latest analysis of the study. Posting requests one of the present data, with the chosen evaluations or, without
    a choice, with those of the last analysis."""
    study = get_object_or_404(Study, slug=slug)
    if request.method != "POST":
        return render(request, "analysis/analysis.html", {"page": read_analysis(study)})
    if CHOOSES not in request.POST:
        request_report(study, last_choice(study), account(request), last_factors(study))
        return redirect("analysis", slug)
    form = SourcesForm(read_sources(study, None), request.POST, factors=offered_factors(study))
    if not form.is_valid():
        return render(request, "analysis/analysis.html", {"page": read_analysis(study, form)}, status=400)
    request_report(study, as_chosen(study, form.cleaned_data["evaluations"]), account(request), form.factors)
    return redirect("analysis", slug)


@staff_only
def analysis_live(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the progress of the computation; once it is finished, reload the page."""
    page = read_analysis(get_object_or_404(Study, slug=slug))
    if not page.is_under_way:
        return HttpResponseClientRefresh()
    return render(request, "analysis/_under_way.html", {"page": page})


@staff_only
def analysis_file(request: HttpRequest, slug: str, token: str, name: str) -> HttpResponse:
    """Return a figure for display, or any file as a download."""
    return send_file(request, _find_report(slug, token), name, slug)


@staff_only
def analysis_archive(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Return all files in one ZIP archive."""
    return send_archive(_find_report(slug, token), f"{slug}-analysis")


def _find_report(slug: str, token: str) -> Report:
    return get_object_or_404(Report, study__slug=slug, token=token, state=Report.State.FINISHED)
