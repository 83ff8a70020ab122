"""Doors to studies and dialogues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from studies.access import staff_only
from studies.models import Dialogue, Study
from studies.presentation import list_dialogues, read_chat


@staff_only
def dialogues(request: HttpRequest, slug: str) -> HttpResponse:
    """All dialogues of a study, those outside of runs too."""
    study = get_object_or_404(Study, slug=slug)
    found = list_dialogues(study, request.GET.get("kind", ""), request.GET.get("page", "1"))
    return render(request, "studies/dialogues.html", {"found": found})


@staff_only
def dialogue_news(request: HttpRequest, token: str, shown: int) -> HttpResponse:
    """What comes after the first ``shown`` turns, for a page that shows those; nothing (204) while it shows that too."""
    chat = read_chat(get_object_or_404(Dialogue, token=token), shown)
    if not chat.has_news(request.GET.get("seen", "")):
        return HttpResponse(status=204)
    return render(request, "studies/_news.html", {"chat": chat})
