"""Doors to a study's analysis. None of them computes anything."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRefresh

from analysis.analysis_page import read_analysis
from analysis.models import Report
from analysis.reports import folder_of, request_report
from collection.access import staff_only
from collection.models import Study


@staff_only
def analysis(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest analysis of the study; posting asks for one of the data as they are."""
    study = get_object_or_404(Study, slug=slug)
    if request.method == "POST":
        request_report(study)
        return redirect("analysis", slug)
    return render(request, "analysis/analysis.html", {"page": read_analysis(study)})


@staff_only
def analysis_live(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the one is that is being computed; when it is there, the page loads anew."""
    page = read_analysis(get_object_or_404(Study, slug=slug))
    if not page.is_under_way:
        return HttpResponseClientRefresh()
    return render(request, "analysis/_under_way.html", {"page": page})


@staff_only
def analysis_file(request: HttpRequest, slug: str, token: str, name: str) -> HttpResponseBase:
    """A figure to look at, or any file to take away."""
    report = get_object_or_404(Report, study__slug=slug, token=token, state=Report.State.DONE)
    if name not in report.files:
        raise Http404
    try:
        file = (folder_of(report) / name).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, as_attachment="look" not in request.GET, filename=f"{slug}-{name}")
