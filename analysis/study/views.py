"""Pages of a study's analysis. No view computes anything."""

from io import BytesIO
from mimetypes import guess_type
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django_htmx.http import HttpResponseClientRefresh

from analysis.models import Report
from analysis.study.analysis_page import read_analysis
from analysis.study.forms import SourcesForm
from analysis.study.reports import last_choice, request_report, stored_file
from analysis.study.sources import as_chosen, read_sources
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
        request_report(study, last_choice(study), account(request))
        return redirect("analysis", slug)
    form = SourcesForm(read_sources(study, None), request.POST)
    if not form.is_valid():
        return render(request, "analysis/analysis.html", {"page": read_analysis(study, form)}, status=400)
    request_report(study, as_chosen(study, form.cleaned_data["evaluations"]), account(request))
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
    report = _find_report(slug, token)
    if name not in report.files:
        raise Http404
    return _sent(_read(report, name), f"{slug}-{name}", as_attachment="look" not in request.GET)


@staff_only
def analysis_archive(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Return all files in one ZIP archive, created in memory because they are small."""
    report = _find_report(slug, token)
    into = BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        for name in report.files:
            archive.writestr(f"{slug}-analysis/{name}", _read(report, name))
    return _sent(into.getvalue(), f"{slug}-analysis.zip", as_attachment=True)


def _find_report(slug: str, token: str) -> Report:
    return get_object_or_404(Report, study__slug=slug, token=token, state=Report.State.FINISHED)


def _read(report: Report, name: str) -> bytes:
    content = stored_file(report, name)
    if content is None:
        raise Http404(f"{name} of this analysis is missing. Compute the analysis again.")
    return content


def _sent(content: bytes, name: str, *, as_attachment: bool) -> HttpResponse:
    kind = guess_type(name)[0] or "application/octet-stream"
    disposition = content_disposition_header(as_attachment, name) or "inline"
    return HttpResponse(content, kind, headers={"Content-Disposition": disposition})
