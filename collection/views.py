"""Doors to studies and dialogues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from collection.access import staff_only
from collection.models import Dialogue
from collection.presentation import read_chat


@staff_only
def dialogue_news(request: HttpRequest, token: str, shown: int) -> HttpResponse:
    """The turns after the first ``shown``, for a page that shows those; nothing (204) while there are none."""
    chat = read_chat(get_object_or_404(Dialogue, token=token), shown)
    return render(request, "collection/_news.html", {"chat": chat}) if chat.has_news else HttpResponse(status=204)
