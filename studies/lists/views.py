"""Views that import and export a study's lists."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from studies.access import staff_only
from studies.audit import Verb, record
from studies.files.tables import BYTE_ORDER_MARK
from studies.lists.kinds import KINDS
from studies.lists.list_import import ListImport
from studies.models import Study
from studies.models.studies import FROZEN


@staff_only
def import_list(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Show the form, or what was understood of a list; store it once that is confirmed."""
    study = get_object_or_404(Study, slug=slug)
    if study.is_frozen:
        raise PermissionDenied(FROZEN)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    page = ListImport(study, KINDS[kind], *sent)
    if page.is_confirmed and page.store():
        count = len(page.understood)
        messages.success(request, f"{count} {page.kind.noun}{'s have' if count != 1 else ' has'} been imported.")
        return redirect(page.kind.page, slug)
    return render(request, "studies/import_list.html", {"page": page}, status=422 if page.mistakes else 200)


@staff_only
def export_list(request: HttpRequest, slug: str, kind: str, ending: str) -> StreamingHttpResponse:
    """Send the study's list as a CSV for spreadsheet programs, or as JSON Lines."""
    study, chosen = get_object_or_404(Study, slug=slug), KINDS[kind]
    entries = list(chosen.present(study))
    record(study, Verb.EXPORTED, f"the {kind} ({len(entries)})")
    lines = [BYTE_ORDER_MARK, *chosen.as_csv(entries, study)] if ending == "csv" else chosen.as_jsonl(entries, study)
    content_type = "text/csv; charset=utf-8" if ending == "csv" else "application/jsonl; charset=utf-8"
    disposition = f'attachment; filename="{slug}-{kind}.{ending}"'
    return StreamingHttpResponse(lines, content_type=content_type, headers={"Content-Disposition": disposition})
