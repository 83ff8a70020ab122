"""Views of recruitment, participants and data."""

from time import time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from collection.participation.eligibility import release_seat
from collection.research.collecting_page import CollectingPage, read_collecting
from collection.research.downloads import DOWNLOADS, read_data, send_download
from collection.research.opening import NotReady, NotReadyYet, close_study, open_study
from collection.research.recruitment_form import RecruitmentEditor
from studies.access import staff_only
from studies.files.exports import Incomplete
from studies.live import send_updates
from studies.models import Study

KEEP_TRYING = 900
"""Seconds for which a page tries to open a study whose chatbot is still being measured or loaded."""


@staff_only
def recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show or save the study's recruitment and completion, at any time."""
    editor = RecruitmentEditor(_study(slug), _sent(request))
    if editor.is_bound and editor.is_valid():
        editor.save()
        messages.success(request, "The settings have been saved.")
        return redirect("collecting", slug)
    return _shown(request, "research/recruitment.html", editor)


@staff_only
def collecting(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study while it collects. Posting an action opens or closes it, or releases a participant's seat."""
    study = _study(slug)
    if study.test_of is not None:  # it opens and closes with its tests
        return redirect("tests", study.test_of.slug)
    if request.method == "POST":
        return _act(request, study)
    return render(request, "research/collecting.html", {"page": _collecting(request, study)})


@staff_only
def collecting_live(request: HttpRequest, slug: str) -> HttpResponse:
    """Return what has changed on the page since it last asked."""
    page = _collecting(request, _study(slug))
    return send_updates(request, page.live, {"page": page})


@staff_only
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the exports of the study and their numbers of entries."""
    return render(request, "research/data.html", {"page": read_data(_study(slug))})


@staff_only
def download(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """Send one of the study's files, or an error page if the study changed while it was written."""
    study = _study(slug)
    if name not in DOWNLOADS:
        raise Http404
    try:
        return send_download(request, study, name)
    except Incomplete as reason:
        context = {"page": read_data(study), "reason": str(reason)}
        return render(request, "research/data.html", context, status=409)


def _act(request: HttpRequest, study: Study) -> HttpResponse:
    try:
        if request.POST.get("action") == "open":
            open_study(study)
            messages.success(request, "The study is open. Share the link below.")
        elif request.POST.get("action") == "close":
            messages.success(request, _closed(close_study(study)))
        elif request.POST.get("action") == "release":
            _release(request, study)
    except NotReadyYet as reason:
        begun = _begun(request)
        if getattr(request, "htmx", False) and begun + KEEP_TRYING > time():
            return render(request, "research/_opening.html", {"study": study, "reason": reason, "begun": begun})
        messages.warning(request, str(reason))
    except NotReady as reason:
        messages.error(request, str(reason))
    return _load_again(request, study.slug)


def _begun(request: HttpRequest) -> int:
    """Return when the page began to open the study, in seconds since 1970: what it says, or now."""
    said = request.POST.get("begun", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else int(time())


def _closed(left: int) -> str:
    """Return a sentence about the closed study and the ``left`` dialogues that this ended."""
    if left == 0:
        return "The study is closed."
    ended = "1 dialogue in progress was" if left == 1 else f"{left} dialogues in progress were"
    return f"The study is closed, and {ended} ended."


def _release(request: HttpRequest, study: Study) -> None:
    chosen = request.POST.get("release", "")
    is_key = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
    participant = study.participants.filter(pk=chosen).first() if is_key else None
    if participant and release_seat(participant, request.user.get_username(), timezone.now()):
        messages.success(request, "The seat has been released. The participant can return if a seat is free.")
    else:
        messages.error(
            request, "No seat was released, because the participant is online, has finished or holds no seat."
        )


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


def _shown(request: HttpRequest, template: str, editor: RecruitmentEditor) -> HttpResponse:
    return render(request, template, {"editor": editor}, status=422 if editor.is_bound else 200)
