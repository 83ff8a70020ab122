"""Doors to the chat page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from collection.chat.presentation import find_turn, read_page, read_turn
from collection.models import Study
from collection.participation.credentials import read_cookie
from collection.participation.presentation import render_page


@never_cache
def chat(request: HttpRequest, slug: str) -> HttpResponse:
    """The running dialogue."""
    study = get_object_or_404(Study, slug=slug)
    visitor = read_cookie(study, request.COOKIES)
    dialogue = visitor.dialogues.filter(ended_at=None).first() if visitor else None
    if dialogue is None:
        return redirect("welcome", slug)
    return render_page(request, "chat/chat.html", study, visitor, page=read_page(dialogue))


@never_cache
def chat_turn(request: HttpRequest, slug: str, token: str, position: int) -> HttpResponse:
    """One turn as it is now, for a page that shows the others."""
    study = get_object_or_404(Study, slug=slug)
    turn = find_turn(read_cookie(study, request.COOKIES), token, position)
    return render(request, "chat/_turn.html", {"turn": read_turn(turn)})
