"""Views of characters."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from characters import deletion
from characters.models import Character
from characters.pages.character_form import CharacterForm
from characters.pages.character_list import list_characters
from characters.pages.character_page import read_character
from characters.pages.import_form import ImportForm
from characters.refusals import CharacterRefused
from studies.access import account, staff_only
from studies.storable_text import storable


@staff_only
def characters(request: HttpRequest) -> HttpResponse:
    """List all characters."""
    return render(request, "characters/list.html", {"lines": list_characters()})


@staff_only
def character(request: HttpRequest, token: str) -> HttpResponse:
    """Show a character, and the pairs for the question in the address."""
    page = read_character(_find(token), request.GET.get("page", ""), storable(request.GET.get("question", "")))
    return render(request, "characters/character.html", {"page": page})


@staff_only
def import_character(request: HttpRequest) -> HttpResponse:
    """Show the form for a file, pre-filled for a character whose script is to be read again, or store what the file holds."""
    is_sent = request.method == "POST"
    again = Character.objects.filter(token=request.GET.get("character", "")).first()
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm(character=again)
    if is_sent and (stored := form.store(account(request))):
        return _show_stored(request, stored)
    return render(request, "characters/import.html", {"form": form}, status=422 if is_sent else 200)


@staff_only
def new_character(request: HttpRequest) -> HttpResponse:
    """Show the form for a character that a person writes, or store it."""
    return _edit(request, None)


@staff_only
def change_character(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form that changes who a character is, or store the changes."""
    return _edit(request, _find(token))


@staff_only
@require_POST
def delete_character(request: HttpRequest, token: str) -> HttpResponse:
    """Delete a character with everything that only belongs to it."""
    found = _find(token)
    try:
        deletion.delete_character(found)
    except CharacterRefused as error:
        messages.error(request, str(error))
        return redirect("character", found.token)
    messages.success(request, f"{found.name} has been deleted.")
    return redirect("characters")


def _edit(request: HttpRequest, found: Character | None) -> HttpResponse:
    is_sent = request.method == "POST"
    form = CharacterForm(request.POST if is_sent else None, found)
    if is_sent and (stored := form.store(account(request))):
        return _show_stored(request, [stored])
    context = {"form": form, "character": found, "belongings": deletion.count_belongings(found) if found else None}
    return render(request, "characters/edit.html", context, status=422 if is_sent else 200)


def _show_stored(request: HttpRequest, stored: list[Character]) -> HttpResponse:
    if len(stored) != 1:
        messages.success(request, f"{len(stored)} descriptions have been saved.")
        return redirect("characters")
    messages.success(request, f"{stored[0].name} has been saved.")
    return redirect("character", stored[0].token)


def _find(token: str) -> Character:
    return get_object_or_404(Character, token=token)
