"""Views of the audit trail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from roleplay_site.history.lines import read_history, read_whole_history
from studies.access import administrators_only, staff_only
from studies.models import Study


@staff_only
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who did what in a study."""
    study = get_object_or_404(Study, slug=slug)
    lines = read_history(study, request.GET.get("page", "1"))
    return render(request, "history/study.html", {"study": study, "lines": lines})


@administrators_only
def whole_history(request: HttpRequest) -> HttpResponse:
    """Show administrators who did what on the whole site."""
    return render(request, "history/site.html", {"lines": read_whole_history(request.GET.get("page", "1"))})
