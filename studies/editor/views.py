"""Views of the pages on which a study is created and edited."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import override
from django.views.decorators.http import require_POST

from studies.access import staff_only
from studies.editor.frozen_study import read_frozen_study
from studies.editor.new_study import NewStudy
from studies.editor.pages import EditorPage
from studies.editor.part_forms import TEXTS
from studies.editor.questions_preview import preview_questions
from studies.editor.steps import STEPS, STOPS, Stop, stop_after
from studies.language_hints import language_hints
from studies.languages import ENGLISH, language_choices
from studies.models import Study
from studies.services import copy_study


@staff_only
def new_study(request: HttpRequest) -> HttpResponse:
    """Show the form for a new study, or create the study and continue with its goals."""
    page = NewStudy(_sent(request))
    if page.is_valid():
        study = page.create()
        messages.success(request, "The study has been created. Nobody can take part until you open it.")
        for hint in language_hints(study):
            messages.warning(request, hint)
        return redirect("edit-goals", study.slug)
    context = {"page": page, "steps": STEPS, "stop": STOPS["study"]}
    return render(request, "studies/editor/new_study.html", context, status=422 if page.is_bound else 200)


@staff_only
def edit_study(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show a page of the study's form, or store it; show a frozen study read-only."""
    study, stop = get_object_or_404(Study, slug=slug), STOPS[name]
    if study.is_frozen and request.method != "POST":
        return render(request, "studies/editor/frozen_study.html", {"frozen": read_frozen_study(study)})
    page = stop.page(study, _sent(request))
    if page.is_valid() and page.save():
        return _stored(request, page, stop)
    context = {"page": page, "steps": STEPS, "stop": stop, "next": stop_after(name)}
    return render(request, page.template, context, status=422 if page.is_bound else 200)


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
    """Render the typed questions as participants will see them, with the persona sentences. Mistakes are in English."""
    preview, language = preview_questions(request.POST), request.POST.get("language", "")
    with override(language if language in dict(language_choices()) else ENGLISH):
        return render(request, "studies/editor/_questions_preview.html", {"preview": preview})


@staff_only
@require_POST
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Copy the study and open the form of the copy."""
    made = copy_study(get_object_or_404(Study, slug=slug))
    messages.success(
        request, f"This is the copy, “{made.title}”. You can change everything until it has participants or a run."
    )
    return redirect("edit-study", made.slug)


def _stored(request: HttpRequest, page: EditorPage, stop: Stop) -> HttpResponse:
    """Go on to the next page of the form or, after the last, to the study; or stay, as the pressed button says."""
    messages.success(request, "The study has been saved.")
    for notice in page.notices:
        messages.warning(request, notice)
    if "continue" not in request.POST:
        return redirect(stop.route, page.study.slug)
    following = stop_after(stop.name)
    return redirect(following.route if following else "study", page.study.slug)


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None
