"""Views of studies and dialogues."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from studies.access import account, staff_only
from studies.annotations import CHANGES, AnnotationRefused
from studies.models import Dialogue
from studies.presentation import read_chat


@staff_only
def dialogue_news(request: HttpRequest, token: str, shown: int) -> HttpResponse:
    """Return the turns after the first ``shown``, or nothing (204) if the page is up to date."""
    chat = read_chat(get_object_or_404(Dialogue, token=token), shown)
    if not chat.has_news(request.GET.get("seen", "")):
        return HttpResponse(status=204)
    return render(request, "studies/_news.html", {"chat": chat})


@staff_only
@require_POST
def annotate(request: HttpRequest, token: str) -> HttpResponse:
    """Change the tags, notes or exclusion of a dialogue, and return to its page, in the same list."""
    dialogue = get_object_or_404(Dialogue.objects.select_related("study"), token=token)
    change = CHANGES.get(request.POST.get("action", ""))
    if change is None:
        return HttpResponseBadRequest("This page sent an unknown action. Reload the page and try again.")
    try:
        change(dialogue, request.POST.get("value", ""), account(request))
    except AnnotationRefused as error:
        messages.error(request, str(error))
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"{reverse('dialogue', args=[token])}{query}#annotations")
