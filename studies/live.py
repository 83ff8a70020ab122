"""Live parts of an open page. Only changes are sent and replaced."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Live:
    """The live parts of a page.

    The template ``part`` asks for updates at ``address``, every ``seconds``; None stops it. ``others`` maps ids of
    elements to the templates that fill them. When ``state`` changes, ``announcement`` is rendered, too.
    """

    address: str
    seconds: int | None
    part: str
    others: Mapping[str, str] = field(default_factory=dict)
    state: str = ""
    announcement: str = ""


def send_updates(request: HttpRequest, live: Live, context: Mapping[str, Any]) -> HttpResponse:
    """Return the live parts, or nothing (204) if the page shows them already.

    The page sends a digest of its content, so that unchanged parts are not replaced while someone reads them, and its state,
    so that a new one is announced once.
    """
    shown = dict(context)
    main = render_to_string(live.part, shown)
    others = {name: render_to_string(template, shown) for name, template in live.others.items()}
    seen = hashlib.sha256("".join([live.state, main, *others.values()]).encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    is_new_state = request.GET.get("state", "") != live.state
    updates = {"live": live, "main": main, "others": others, "seen": seen, "is_new_state": is_new_state}
    return render(request, "studies/_updates.html", shown | updates)
