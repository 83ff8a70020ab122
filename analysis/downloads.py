"""Files of stored reports, sent one by one or all together."""

from io import BytesIO
from mimetypes import guess_type
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from analysis.stored_results import AnyReport, stored_file
from studies.audit import Verb, record


def send_file(request: HttpRequest, report: AnyReport, name: str, prefix: str) -> HttpResponse:
    """Return one of the report's files as a download, or for display if the query has ``look``. Raises Http404."""
    if name not in report.files:
        raise Http404
    content, is_shown = _read(report, name), "look" in request.GET
    if not is_shown:
        record(report.study, Verb.EXPORTED, f"{prefix}-{name}")
    return _sent(content, f"{prefix}-{name}", as_attachment=not is_shown)


def send_archive(report: AnyReport, folder: str) -> HttpResponse:
    """Return all files in one ZIP archive, created in memory because they are small. Raises Http404."""
    into = BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        for name in report.files:
            archive.writestr(f"{folder}/{name}", _read(report, name))
    record(report.study, Verb.EXPORTED, f"{folder}.zip")
    return _sent(into.getvalue(), f"{folder}.zip", as_attachment=True)


def _read(report: AnyReport, name: str) -> bytes:
    content = stored_file(report, name)
    if content is None:
        raise Http404(f"{name} of this analysis is missing. Compute the analysis again.")
    return content


def _sent(content: bytes, name: str, *, as_attachment: bool) -> HttpResponse:
    kind = guess_type(name)[0] or "application/octet-stream"
    disposition = content_disposition_header(as_attachment, name) or "inline"
    return HttpResponse(content, kind, headers={"Content-Disposition": disposition})
