"""Views of Context-Instruct."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from characters.archives import send_archive
from characters.context_instruct.exports import export_jobs
from characters.context_instruct.section import change_jobs, read_section
from characters.context_instruct.triplet_page import read_triplets
from characters.models import Character, ContextInstruct
from characters.refusals import CharacterRefused
from studies.access import account, staff_only
from studies.audit import Verb, record
from studies.storable_text import storable

_ACTIONS = ("ask", "start", "pause", "select")


@staff_only
@require_POST
def context_instruct(request: HttpRequest, token: str) -> HttpResponse:
    """Let a model make triplets, resume or pause it, or select its triplets again."""
    found = get_object_or_404(Character, token=token)
    action = next((name for name in _ACTIONS if name in request.POST), "")
    data = {name: storable(str(value)) for name, value in request.POST.items()}
    try:
        messages.success(request, change_jobs(found, action, data, account(request)))
    except CharacterRefused as error:
        messages.error(request, str(error))
    if action == "select" and found.instructions.filter(token=data["select"]).exists():
        return redirect("triplets", found.token, data["select"])
    return redirect(f"{reverse('character', args=[found.token])}#instructions")


@staff_only
def jobs(request: HttpRequest, token: str) -> HttpResponse:
    """Return the jobs of the section, or nothing (204) if the page shows them already."""
    section = read_section(get_object_or_404(Character, token=token))
    if request.GET.get("seen") == section.seen:
        return HttpResponse(status=204)
    return render(request, "characters/_context_instruct_jobs.html", {"section": section})


@staff_only
def triplets(request: HttpRequest, token: str, job: str) -> HttpResponse:
    """Show a job's triplets."""
    page = read_triplets(_find(token, job), request.GET.get("fate", ""), request.GET.get("page", ""))
    return render(request, "characters/triplets.html", {"page": page})


@staff_only
def export(request: HttpRequest, token: str, job: str) -> HttpResponse:
    """Download the character with a job's selected triplets in RoleBench's format."""
    found = _find(token, job)
    if not found.is_filtered:
        messages.error(request, "The triplets are not selected yet. Wait until the model has made all of them.")
        return redirect("triplets", token, job)
    record(None, Verb.EXPORTED, f"the triplets of {found.character.name}", about=found.character.name)
    return send_archive(export_jobs([found]).files, found.character.name)


def _find(token: str, job: str) -> ContextInstruct:
    return get_object_or_404(ContextInstruct.objects.select_related("character"), character__token=token, token=job)
