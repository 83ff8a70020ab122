"""Views of the list of dialogues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from roleplay_site.finding.dialogue_list import read_dialogue_list
from studies.access import staff_only
from studies.models import Study


@staff_only
def dialogues(request: HttpRequest, slug: str) -> HttpResponse:
    """List, search and filter the dialogues of a study, those outside runs, too."""
    study = get_object_or_404(Study, slug=slug)
    return render(request, "finding/dialogues.html", {"found": read_dialogue_list(study, request.GET)})
