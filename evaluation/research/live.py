"""What an open page of an evaluation is told when it asks for news."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from evaluation.models import Evaluation
from evaluation.research.progress import Progress
from evaluation.research.sittings import SittingLine

PARTS = ("evaluation/_counts.html", "evaluation/_evaluators.html", "evaluation/_sittings.html")


def news(request: HttpRequest, evaluation: Evaluation, progress: Progress, sittings: list[SittingLine]) -> HttpResponse:
    """The parts of the page that change, or nothing (204) when the page shows them already.

    The page says what it shows by a digest, so that nothing is exchanged under a reader's hands without need.
    """
    shown = {"evaluation": evaluation, "progress": progress, "sittings": sittings}
    counts, evaluators, models = (render_to_string(part, shown) for part in PARTS)
    seen = hashlib.sha256(f"{counts}{evaluators}{models}".encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    parts = {"counts": counts, "evaluators": evaluators, "models": models, "seen": seen}
    return render(request, "evaluation/_news.html", shown | parts)
