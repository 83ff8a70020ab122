"""Views of a study's personas."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from studies.access import staff_only
from studies.models import Persona, Study
from studies.models.studies import FROZEN
from studies.persona_pages.form import PersonaForm, new_persona, remove_persona
from studies.persona_pages.table import read_table


@staff_only
def personas(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the table."""
    table = read_table(get_object_or_404(Study, slug=slug), request.GET.get("page"))
    return render(request, "personas/list.html", {"table": table, "here": request.path})


@staff_only
def add_persona(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form for a new persona, or store it."""
    return _edit(request, new_persona(get_object_or_404(Study, slug=slug)))


@staff_only
def edit_persona(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the form of a listed persona, or store it."""
    return _edit(request, _find(slug, pk))


@staff_only
@require_POST
def delete_persona(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a listed persona, unless the study is frozen."""
    persona = _find(slug, pk)
    try:
        remove_persona(persona)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"The persona {persona.code} has been removed.")
    return redirect("personas", slug)


def _edit(request: HttpRequest, persona: Persona) -> HttpResponse:
    study = persona.study
    if study.is_frozen:
        messages.error(request, FROZEN)
        return redirect("personas", study.slug)
    form = PersonaForm(persona, request.POST if request.method == "POST" else None)
    if form.is_sent and form.save():
        messages.success(request, f"The persona {persona.code} has been saved.")
        return redirect("personas", study.slug)
    return render(request, "personas/edit.html", {"form": form}, status=422 if form.is_sent else 200)


def _find(slug: str, pk: int) -> Persona:
    listed = Persona.objects.select_related("study").filter(source=Persona.Source.LISTED)
    return get_object_or_404(listed, study__slug=slug, pk=pk)
