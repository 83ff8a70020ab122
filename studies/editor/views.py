"""Views of the study form."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from studies.access import staff_only
from studies.editor.questions_preview import preview_questions
from studies.editor.study_editor import StudyEditor, blank_study
from studies.editor.study_form import TEXTS
from studies.models import Study
from studies.services import copy_study


@staff_only
def new_study(request: HttpRequest) -> HttpResponse:
    """Show the form for a new study, pre-filled with the paper's study, or create the study."""
    editor = StudyEditor(blank_study(), _sent(request))
    if editor.is_valid() and editor.save():
        messages.success(request, "The study has been created. Preview it as a participant, then open it.")
        return redirect("collecting", editor.study.slug)
    return _shown(request, editor)


@staff_only
def edit_study(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form for a study, or save it; show a frozen study read-only."""
    editor = StudyEditor(get_object_or_404(Study, slug=slug), _sent(request))
    if editor.is_valid() and editor.save():
        messages.success(request, "The study has been saved.")
        for notice in editor.notices:
            messages.warning(request, notice)
        return redirect("collecting", editor.study.slug)
    return _shown(request, editor)


@staff_only
@require_POST
def text_preview(request: HttpRequest, name: str) -> HttpResponse:
    """Render a text as participants will see it."""
    if name not in TEXTS:
        raise Http404
    return render(request, "studies/_preview.html", {"text": request.POST.get(name, "")})


@staff_only
@require_POST
def questions_preview(request: HttpRequest) -> HttpResponse:
    """Render the typed questions as participants will see them, with the persona sentences."""
    return render(request, "studies/_questions_preview.html", {"preview": preview_questions(request.POST)})


@staff_only
@require_POST
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Copy the study and open the form of the copy."""
    made = copy_study(get_object_or_404(Study, slug=slug))
    messages.success(
        request, f"This is the copy, “{made.title}”. You can change everything until it has participants or a run."
    )
    return redirect("edit-study", made.slug)


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _shown(request: HttpRequest, editor: StudyEditor) -> HttpResponse:
    return render(request, "studies/study_form.html", {"editor": editor}, status=422 if editor.is_bound else 200)
