"""The view that brings a character into a study."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from characters.casting.copies import cast_into
from characters.models import Character
from characters.refusals import CharacterRefused
from studies.access import staff_only
from studies.models import Study


@staff_only
@require_POST
def cast_character(request: HttpRequest, token: str) -> HttpResponse:
    """Copy the character into the chosen study."""
    character = get_object_or_404(Character, token=token)
    study = get_object_or_404(Study, slug=request.POST.get("study", ""))
    try:
        cast_into(study, [character])
    except CharacterRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{character.name} is now a persona of “{study.title}”.")
    return redirect("character", character.token)
