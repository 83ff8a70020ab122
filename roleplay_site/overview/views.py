"""Views of the home page, of a study and of a dialogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from roleplay_site.overview.pages import StudyPage, list_studies, read_study
from simulation.forms import RunForm
from simulation.models import Run
from simulation.presentation import read_place
from simulation.requests import RequestError
from simulation.services import queue_run, request_run
from studies.access import account, staff_only
from studies.models import Dialogue, Study
from studies.presentation import read_chat


@staff_only
def studies(request: HttpRequest) -> HttpResponse:
    """List all studies with their runs."""
    return render(request, "overview/studies.html", {"studies": list_studies()})


@staff_only
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study and the form for a new run. Posting the form requests the run."""
    page = read_study(get_object_or_404(Study, slug=slug))
    form = RunForm(page.choices, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (run := _request(request, form, page)):
        return redirect("run", run.token)
    status = 422 if form.is_bound else 200
    return render(request, "overview/study.html", {"page": page, "form": form}, status=status)


@staff_only
def dialogue(request: HttpRequest, token: str) -> HttpResponse:
    """Show a dialogue as a chat, with its place in its run if it has one."""
    found = get_object_or_404(Dialogue.objects.select_related("study", "goal", "persona"), token=token)
    context = {"chat": read_chat(found), "place": read_place(found)}
    return render(request, "overview/dialogue.html", context)


def _request(request: HttpRequest, form: RunForm, page: StudyPage) -> Run | None:
    """Request the form's run, and start it unless it is only to be prepared. Return None after adding an error to the form."""
    try:
        found = request_run(page.study, form.to_request())
    except RequestError as error:
        form.add_error(None, str(error))
        return None
    if "prepare" not in form.data:
        queue_run(found, account(request))
    return found
