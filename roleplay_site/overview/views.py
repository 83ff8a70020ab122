"""Doors to the home page, to a study and to a dialogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from roleplay_site.overview.pages import StudyPage, list_studies, read_study
from simulation.forms import RunForm
from simulation.models import Run
from simulation.presentation import read_place
from simulation.requests import RequestError
from simulation.services import queue_run, request_run
from studies.access import staff_only
from studies.models import Dialogue, Study
from studies.presentation import read_chat


@staff_only
def studies(request: HttpRequest) -> HttpResponse:
    """All studies with their runs."""
    return render(request, "overview/studies.html", {"studies": list_studies()})


@staff_only
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """A study and the form for a new run; posting the form asks for the run."""
    page = read_study(get_object_or_404(Study, slug=slug))
    form = RunForm(page.choices, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (run := _request(form, page)):
        return redirect("run", run.token)
    status = 422 if form.is_bound else 200
    return render(request, "overview/study.html", {"page": page, "form": form}, status=status)


@staff_only
def dialogue(request: HttpRequest, token: str) -> HttpResponse:
    """A dialogue as a chat, and its place in its run if it has one."""
    found = get_object_or_404(Dialogue.objects.select_related("study", "goal", "persona"), token=token)
    context = {"chat": read_chat(found), "place": read_place(found)}
    return render(request, "overview/dialogue.html", context)


def _request(form: RunForm, page: StudyPage) -> Run | None:
    """The run that the form asks for, started unless it is only to be prepared; None with an error in the form."""
    try:
        found = request_run(page.study, form.to_request())
    except RequestError as error:
        form.add_error(None, str(error))
        return None
    if "prepare" not in form.data:
        queue_run(found)
    return found
