"""Doors to the researcher's pages of collecting."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from collection.access import staff_only
from collection.exports import Incomplete
from collection.models import Study
from collection.participation.places import release_place
from collection.research.collecting_page import CollectingPage, read_collecting
from collection.research.downloads import DOWNLOADS, read_data, send_download
from collection.research.live import news
from collection.research.opening import NotReady, close_study, open_study
from collection.research.recruitment_form import RecruitmentEditor
from collection.research.study_editor import StudyEditor, blank_study
from collection.research.study_form import TEXTS
from collection.services import copy_study

CLOSED = "The study was closed because its new chatbot has not been tested. Open the study again to test it."


@staff_only
def new_study(request: HttpRequest) -> HttpResponse:
    """The form for a new study, which begins as the paper's."""
    editor = StudyEditor(blank_study(), _sent(request))
    if editor.is_valid() and editor.save():
        messages.success(request, "The study is made. Look at it as participants will, then open it.")
        return redirect("collecting", editor.study.slug)
    return _shown(request, "research/study_form.html", editor)


@staff_only
def edit_study(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a study that nobody takes part in yet; of a frozen one what it holds."""
    editor = StudyEditor(_study(slug), _sent(request))
    if editor.is_valid() and editor.save():
        messages.success(request, "The study is saved.")
        if editor.was_closed:
            messages.warning(request, CLOSED)
        return redirect("collecting", editor.study.slug)
    return _shown(request, "research/study_form.html", editor)


@staff_only
@require_POST
def text_preview(request: HttpRequest, name: str) -> HttpResponse:
    """A text as participants will read it."""
    if name not in TEXTS:
        raise Http404
    return render(request, "research/_preview.html", {"text": request.POST.get(name, "")})


@staff_only
@require_POST
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """A copy of the study, and the form to change it."""
    made = copy_study(_study(slug))
    messages.success(request, f"This is the copy “{made.title}”: change what you like. Nobody takes part in it yet.")
    return redirect("edit-study", made.slug)


@staff_only
def recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """How participants come to the study and where they go from it: open to change at any time."""
    editor = RecruitmentEditor(_study(slug), _sent(request))
    if editor.is_bound and editor.is_valid():
        editor.save()
        messages.success(request, "Saved.")
        return redirect("collecting", slug)
    return _shown(request, "research/recruitment.html", editor)


@staff_only
def collecting(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study while it collects. Posting an action opens or closes it, or releases a participant's place."""
    study = _study(slug)
    if request.method == "POST":
        _act(request, study)
        return _load_again(request, slug)
    return render(request, "research/collecting.html", {"page": _collecting(request, study)})


@staff_only
def collecting_live(request: HttpRequest, slug: str) -> HttpResponse:
    """What has changed on the page since it was last asked for."""
    return news(request, _collecting(request, _study(slug)))


@staff_only
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be taken out of the study, and how much of it there is."""
    return render(request, "research/data.html", {"page": read_data(_study(slug))})


@staff_only
def download(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """One of the study's files, whole; a page with a sentence when the study changed while it was written."""
    study = _study(slug)
    if name not in DOWNLOADS:
        raise Http404
    try:
        return send_download(request, study, name)
    except Incomplete as reason:
        context = {"page": read_data(study), "reason": str(reason)}
        return render(request, "research/data.html", context, status=409)


def _act(request: HttpRequest, study: Study) -> None:
    try:
        if request.POST.get("action") == "open":
            open_study(study)
            messages.success(request, "The study is open: share the link below.")
        elif request.POST.get("action") == "close":
            left = close_study(study)
            messages.success(request, f"The study is closed. Dialogues that were under way and have ended: {left}.")
        elif request.POST.get("action") == "release":
            _release(request, study)
    except NotReady as reason:
        messages.error(request, str(reason))


def _release(request: HttpRequest, study: Study) -> None:
    chosen = request.POST.get("release", "")
    is_key = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
    participant = study.participants.filter(pk=chosen).first() if is_key else None
    if participant and release_place(participant, request.user.get_username(), timezone.now()):
        messages.success(request, "The place has been released. The participant can return if there is room.")
    else:
        messages.error(request, "No place was released: the participant is here now, has finished, or holds no place.")


def _load_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Reload the page. It opens the study by script, so that it can show progress."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(reverse("collecting", args=[slug]))
    return redirect("collecting", slug)


def _collecting(request: HttpRequest, study: Study) -> CollectingPage:
    return read_collecting(study, request.build_absolute_uri("/"), request.GET.get("page", "1"))


def _study(slug: str) -> Study:
    return get_object_or_404(Study, slug=slug)


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _shown(request: HttpRequest, template: str, editor: StudyEditor | RecruitmentEditor) -> HttpResponse:
    return render(request, template, {"editor": editor}, status=422 if editor.is_bound else 200)
