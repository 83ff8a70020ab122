"""Views of the list of dialogues."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from roleplay_site.finding.bulk_changes import change_found
from roleplay_site.finding.dialogue_list import read_dialogue_list
from roleplay_site.finding.requests import read_wanted
from studies.access import account, staff_only
from studies.annotations import AnnotationRefused
from studies.bulk_annotations import BULK_CHANGES
from studies.models import Study


@staff_only
def dialogues(request: HttpRequest, slug: str) -> HttpResponse:
    """List, search and filter the dialogues of a study, those outside runs, too."""
    study = get_object_or_404(Study, slug=slug)
    return render(request, "finding/dialogues.html", {"found": read_dialogue_list(study, request.GET)})


@staff_only
@require_POST
def change_dialogues(request: HttpRequest, slug: str) -> HttpResponse:
    """Tag, exclude or include all dialogues of the list that the address asks for, and return to it."""
    study = get_object_or_404(Study, slug=slug)
    wanted, asked = read_wanted(study, request.GET), request.POST
    if asked.get("action") not in BULK_CHANGES:
        return HttpResponseBadRequest("This page sent an unknown action. Reload the page and try again.")
    try:
        done = change_found(
            study, wanted, asked["action"], asked.get("value", ""), asked.get("count", ""), account(request)
        )
        messages.success(request, done)
    except AnnotationRefused as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('dialogues', args=[slug])}?{wanted.address}")
