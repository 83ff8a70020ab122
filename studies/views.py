"""Views of studies and dialogues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from studies.access import staff_only
from studies.models import Dialogue, Study
from studies.presentation import list_dialogues, read_chat


@staff_only
def dialogues(request: HttpRequest, slug: str) -> HttpResponse:
    """List all dialogues of a study, including those outside runs."""
    study = get_object_or_404(Study, slug=slug)
    found = list_dialogues(study, request.GET.get("kind", ""), request.GET.get("page", "1"))
    return render(request, "studies/dialogues.html", {"found": found})


@staff_only
def dialogue_news(request: HttpRequest, token: str, shown: int) -> HttpResponse:
    """Return the turns after the first ``shown``, or nothing (204) if the page is up to date."""
    chat = read_chat(get_object_or_404(Dialogue, token=token), shown)
    if not chat.has_news(request.GET.get("seen", "")):
        return HttpResponse(status=204)
    return render(request, "studies/_news.html", {"chat": chat})
