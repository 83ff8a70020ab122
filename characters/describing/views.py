"""Views of the section about a character's description."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from characters.describing.description_section import change_description, read_section
from characters.models import Character
from characters.refusals import CharacterRefused
from studies.access import account, staff_only
from studies.storable_text import storable

_ACTIONS = ("ask", "start", "cancel", "accept", "reject", "use", "audit")


@staff_only
def description(request: HttpRequest, token: str) -> HttpResponse:
    """Return the section, or nothing (204) if the page shows it already. Posting asks a model, or stores a verdict."""
    found = get_object_or_404(Character, token=token)
    if request.method == "POST":
        _act(request, found)
        return redirect(f"{reverse('character', args=[found.token])}#description")
    section = read_section(found)
    if request.GET.get("seen") == section.seen:
        return HttpResponse(status=204)
    return render(request, "characters/_description.html", {"section": section})


def _act(request: HttpRequest, found: Character) -> None:
    action = next((name for name in _ACTIONS if name in request.POST), "")
    value = storable(request.POST.get("model" if action == "ask" else action, ""))
    try:
        messages.success(request, change_description(found, action, value, account(request)))
    except CharacterRefused as error:
        messages.error(request, str(error))
