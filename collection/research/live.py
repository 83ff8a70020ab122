"""What an open page of collecting is told when it asks for news."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from collection.research.collecting_page import CollectingPage

PARTS = {name: f"research/_{name}.html" for name in ("trouble", "counts", "participants", "distributions")}


def news(request: HttpRequest, page: CollectingPage) -> HttpResponse:
    """The parts of the page that change, or nothing (204) when the page shows them already.

    The page says what it shows by a digest, so that nothing is exchanged under a reader's hands without need.
    """
    parts = {name: render_to_string(template, {"page": page}) for name, template in PARTS.items()}
    seen = hashlib.sha256("".join(parts.values()).encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    return render(request, "research/_news.html", {"page": page, "seen": seen, **parts})
