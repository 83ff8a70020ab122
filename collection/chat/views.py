"""Doors to the chat page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from collection.chat.presentation import find_turn, read_page, read_turn
from collection.participation.access import only_at, participants_only
from collection.participation.credentials import Visitor
from collection.participation.presentation import render_page


@only_at("chat")
def chat(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The running dialogue."""
    page = read_page(get_object_or_404(visitor.dialogues, ended_at=None))
    return render_page(request, "chat/chat.html", visitor.participant.study, visitor, page=page)


@participants_only
def chat_turn(request: HttpRequest, visitor: Visitor, token: str, position: int) -> HttpResponse:
    """One turn as it is now, for a page that shows the others."""
    return render(request, "chat/_turn.html", {"turn": read_turn(find_turn(visitor, token, position))})
