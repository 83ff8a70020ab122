"""What an open page of collecting is told when it asks for news."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from collection.research.collecting_page import CollectingPage

PARTS = ("research/_counts.html", "research/_participants.html", "research/_distributions.html")


def news(request: HttpRequest, page: CollectingPage) -> HttpResponse:
    """The parts of the page that change, or nothing (204) when the page shows them already.

    The page says what it shows by a digest, so that nothing is exchanged under a reader's hands without need.
    """
    counts, participants, distributions = (render_to_string(part, {"page": page}) for part in PARTS)
    seen = hashlib.sha256(f"{counts}{participants}{distributions}".encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        "page": page,
        "counts": counts,
        "participants": participants,
        "distributions": distributions,
        "seen": seen,
    }
    return render(request, "research/_news.html", context)
