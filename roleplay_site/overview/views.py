"""Views of the list of studies, of a study and of a dialogue."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from analysis.comparing.compared_runs import MOST_RUNS
from analysis.comparing.counterparts import read_counterparts
from roleplay_site.finding.stepping import read_step
from roleplay_site.overview.study_list import list_studies
from roleplay_site.overview.study_pages import read_cockpit, read_set_up, read_simulations
from simulation.ablation import ABLATION
from simulation.branches.pages import read_branching
from simulation.forms import RunForm, read_choices
from simulation.guards.results import keeps_unsafe_turns, read_verdicts
from simulation.models import Run
from simulation.presentation import describe_requested, read_place
from simulation.requests import RequestError
from simulation.services import queue_incomplete, request_runs
from studies.access import account, staff_only
from studies.annotations import read_annotations
from studies.live import send_updates
from studies.models import Dialogue, Study
from studies.presentation import read_chat
from studies.survey_answers import list_answers


@staff_only
def studies(request: HttpRequest) -> HttpResponse:
    """List the studies in use with their steps, or the archived ones."""
    shows_archived = "archived" in request.GET
    context = {
        "studies": list_studies(archived=shows_archived),
        "shows_archived": shows_archived,
        "archived": Study.objects.exclude(archived_at=None).count(),
    }
    return render(request, "overview/studies.html", context)


def study(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show a study's cockpit. It also accepts the form for new runs, which scripts still send here."""
    return simulate(request, slug) if request.method == "POST" else cockpit(request, slug)


@staff_only
def cockpit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what each step of a study has, what it lacks, and what comes next; for a test copy, the tests of its study."""
    if tested := Study.objects.filter(test_copies__slug=slug).first():
        return redirect("tests", tested.slug)
    return render(request, "overview/study.html", {"page": read_cockpit(_find(slug))})


@staff_only
def cockpit_live(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the steps if they have changed."""
    page = read_cockpit(_find(slug))
    return send_updates(request, page.live, {"page": page})


@staff_only
def set_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a study consists of."""
    return render(request, "overview/set_up.html", {"page": read_set_up(_find(slug))})


@staff_only
def simulate(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study's runs and the form for new ones. Posting the form requests them."""
    page = read_simulations(_find(slug))
    form = RunForm(page.choices, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (runs := _request(request, form, page.study)):
        return redirect(_after_request(runs, is_ablation=form.cleaned_data["features"] == ABLATION))
    status = 422 if form.is_bound else 200
    return render(request, "overview/simulate.html", {"page": page, "form": form}, status=status)


@staff_only
def planned_runs(request: HttpRequest, slug: str) -> HttpResponse:
    """Return how many runs and dialogues the form would request as it is filled in."""
    form = RunForm(read_choices(_find(slug)), request.GET)
    return render(request, "simulation/_plan.html", {"plan": form.plan})


@staff_only
def judge(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study's evaluations."""
    return render(request, "overview/judge.html", {"study": _find(slug)})


@staff_only
def dialogue(request: HttpRequest, token: str) -> HttpResponse:
    """Show a dialogue as a chat, with its place in its run and its branches, if it has any."""
    found = get_object_or_404(Dialogue.objects.select_related("study", "goal", "persona"), token=token)
    context = {
        "chat": read_chat(found),
        "step": read_step(found, request.GET),
        "annotations": read_annotations(found),
        "answers": list_answers(found),
        "place": read_place(found),
        "branching": read_branching(found),
        "counterparts": read_counterparts(found),
        "verdicts": read_verdicts(found),
        "keeps_unsafe_turns": keeps_unsafe_turns(found),
    }
    return render(request, "overview/dialogue.html", context)


def _after_request(runs: list[Run], *, is_ablation: bool) -> str:
    """Return the address that shows what was requested: the run, the comparison that is the point of an ablation, or all runs
    of the study."""
    study = runs[0].study
    if len(runs) == 1:
        return reverse("run", args=[runs[0].token])
    if is_ablation and len(runs) <= MOST_RUNS:
        return f"{reverse('compare', args=[study.slug])}?{urlencode([('run', run.token) for run in runs])}"
    return reverse("simulate", args=[study.slug])


def _request(request: HttpRequest, form: RunForm, study: Study) -> list[Run]:
    """Request the form's runs, and start them unless they are only to be prepared. Return none after adding an error to the
    form."""
    try:
        runs = request_runs(study, form.to_requests())
    except RequestError as error:
        form.add_error(None, str(error))
        return []
    is_prepared = "prepare" in form.data
    if not is_prepared:
        queue_incomplete(runs, account(request))
    if sentence := describe_requested(runs, "prepared" if is_prepared else "started"):
        messages.info(request, sentence)
    return runs


def _find(slug: str) -> Study:
    return get_object_or_404(Study.objects.listed(), slug=slug)
