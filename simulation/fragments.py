"""What an open run page is told when it asks for news."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from simulation.run_page import RunPage

PARTS = ("simulation/_progress.html", "simulation/_cells.html")


def run_news(request: HttpRequest, page: RunPage) -> HttpResponse:
    """The parts of the page that change, or nothing (204) when the page shows them already.

    The page says what it shows: a digest of these parts, and the run's state. So nothing is exchanged under a reader's
    hands without need, and a new state is announced once. A run that is over asks no more.
    """
    progress, cells = (render_to_string(part, {"page": page}) for part in PARTS)
    seen = hashlib.sha256(f"{page.state}{progress}{cells}".encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    has_new_state = request.GET.get("state") != page.state
    context = {"page": page, "progress": progress, "cells": cells, "seen": seen, "has_new_state": has_new_state}
    response = render(request, "simulation/_news.html", context)
    return _telling_the_statistics(response) if page.refresh_seconds is None else response


def _telling_the_statistics(response: HttpResponse) -> HttpResponse:
    response["HX-Trigger"] = "run-over"
    return response
