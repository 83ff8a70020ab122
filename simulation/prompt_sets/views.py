"""Views of prompt sets."""

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dialogue.backends.base import BackendError
from dialogue.prompts import AnyPrompts, NamedPrompts
from dialogue.seeds import SPEAKERS, SpeakerName
from simulation.prompt_sets.import_form import ImportForm
from simulation.prompt_sets.listing import list_sets
from simulation.prompt_sets.preview import preview
from simulation.prompt_sets.scene import read_scene
from simulation.prompt_sets.set_editor import SetEditor
from simulation.prompt_sets.set_page import read_set, toml_of
from simulation.prompt_sets.tries import Try, ask_here, begin_try, read_try
from studies.access import account, staff_only
from studies.editor.mistakes import Mistake
from studies.models import PromptVersion
from studies.prompt_sets.library import find_any
from studies.storable_text import storable

STARTS: dict[SpeakerName, str] = {"inquirer": "plain", "responder": "llama-2-responder"}
"""The sets with which the form for a new one is pre-filled."""


@staff_only
def prompt_sets(request: HttpRequest) -> HttpResponse:
    """List all prompt sets."""
    return render(request, "prompt_sets/list.html", {"lines": list_sets()})


@staff_only
def prompt_set(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a version of a prompt set, or its difference to another one."""
    against = storable(request.GET.get("against", ""))
    context = {"page": read_set(_find(reference).reference, against), "scene": read_scene(request.GET)}
    return render(request, "prompt_sets/set.html", context)


@staff_only
def prompt_set_file(request: HttpRequest, reference: str) -> HttpResponse:
    """Download a version as TOML."""
    found = _find(reference).reference
    headers = {"Content-Disposition": f'attachment; filename="{found.replace("@", "-")}.toml"'}
    return HttpResponse(toml_of(found), content_type="application/toml; charset=utf-8", headers=headers)


@staff_only
def new_prompt_set(request: HttpRequest, speaker: str) -> HttpResponse:
    """Show the form for a new prompt set, pre-filled with the one to copy, or store it."""
    known = _speaker(speaker)
    start = _find(request.GET.get("from") or STARTS[known])
    if start.prompts.speaker != known:
        raise Http404
    return _edit(request, SetEditor(known, start.prompts, data=_sent(request)), start.reference)


@staff_only
def change_prompt_set(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the form for the next version of a stored prompt set, or store it."""
    found = _find(reference)
    name, _, number = found.reference.partition("@")
    if not number:
        raise Http404
    return _edit(request, SetEditor(found.prompts.speaker, found.prompts, name, _sent(request)), found.reference)


@staff_only
def import_prompt_set(request: HttpRequest) -> HttpResponse:
    """Show the form for a TOML file, or store its prompt set."""
    is_sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
    if is_sent and (stored := form.store(account(request))):
        return _show_stored(request, stored)
    return render(request, "prompt_sets/import.html", {"form": form}, status=422 if is_sent else 200)


@staff_only
def prompt_set_scene(request: HttpRequest) -> HttpResponse:
    """Return the fields of the scene for another study."""
    return render(request, "prompt_sets/_scene.html", {"scene": read_scene(request.GET)})


@staff_only
def prompt_set_preview(request: HttpRequest) -> HttpResponse:
    """Return the preview of a stored set, or of the one in the form."""
    prompts, mistakes = _read_draft(_data(request))
    found = preview(prompts, read_scene(_data(request))) if prompts else None
    return render(request, "prompt_sets/_preview.html", {"preview": found, "mistakes": mistakes})


@staff_only
@require_POST
def try_prompt_set(request: HttpRequest) -> HttpResponse:
    """Begin a try of the set in the form, or ask for the next output of the try in ``state``."""
    if state := request.POST.get("state"):
        attempt = read_try(state)
        tried = async_to_sync(ask_here)(attempt) if attempt else None
        return render(request, "prompt_sets/_tried.html", {"tried": tried})
    prompts, mistakes = _read_draft(request.POST)
    begun, problem = _begin(prompts, request.POST) if prompts else (None, "")
    context = {"begun": begun, "problem": problem, "mistakes": mistakes}
    return render(request, "prompt_sets/_try.html", context)


def _begin(prompts: AnyPrompts, data: QueryDict) -> tuple[Try | None, str]:
    try:
        return begin_try(prompts, read_scene(data)), ""
    except BackendError as error:
        return None, str(error)


def _read_draft(data: QueryDict) -> tuple[AnyPrompts | None, list[Mistake]]:
    """Return the set that a form names or holds, or its mistakes. A missing name is none, because nothing is stored."""
    if reference := data.get("reference"):
        return _find(reference).prompts, []
    editor = SetEditor(_speaker(data.get("speaker", "")), data=data)
    prompts = editor.read()
    return prompts, [] if prompts else [one for one in editor.mistakes if one.anchor != "id_name"]


def _edit(request: HttpRequest, editor: SetEditor, start: str) -> HttpResponse:
    if editor.is_bound and (stored := editor.store(account(request))):
        return _show_stored(request, stored)
    context = {"editor": editor, "start": start, "scene": read_scene(_data(request))}
    return render(request, "prompt_sets/edit.html", context, status=422 if editor.is_bound else 200)


def _show_stored(request: HttpRequest, stored: PromptVersion) -> HttpResponse:
    messages.success(request, f"{stored.name}, version {stored.version}, has been saved.")
    return redirect("prompt-set", str(stored))


def _find(reference: str) -> NamedPrompts:
    try:
        return find_any(storable(reference))
    except LookupError as error:
        raise Http404(str(error)) from error


def _speaker(name: str) -> SpeakerName:
    for speaker in SPEAKERS:
        if speaker == name:
            return speaker
    raise Http404


def _data(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None
