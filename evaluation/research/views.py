"""Views of evaluations."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_POST

from collection.research.downloads import send_file
from evaluation.evaluator_table import export_evaluators
from evaluation.exports import export_judgements
from evaluation.models import Evaluation
from evaluation.own_codebook import export_own_codebook
from evaluation.own_questions import read_own_questions
from evaluation.research.actions import change_evaluation, change_flag
from evaluation.research.evaluation_editor import EvaluationEditor, blank_evaluation, similar_evaluation
from evaluation.research.evaluation_form import TEXTS
from evaluation.research.evaluation_page import read_evaluation, read_outcomes
from evaluation.research.judge_runs import JudgeRunForm, change_judge_run, read_judge_run_results, read_judge_runs
from evaluation.research.own_question_rows import preview_questions
from evaluation.research.own_results import read_own_results
from evaluation.research.progress import Progress, read_progress
from evaluation.research.results import read_results
from simulation.requests import RequestError
from studies.access import account, staff_only
from studies.files.exports import Incomplete
from studies.live import Live, send_updates
from studies.models import Study

DOWNLOADS = {
    "judgements.csv": partial(export_judgements, form="csv"),
    "judgements-spreadsheet.csv": partial(export_judgements, form="spreadsheet"),
    "judgements.jsonl": partial(export_judgements, form="jsonl"),
    "judgements-with-free-text.csv": partial(export_judgements, form="csv", takes_texts=True),
    "judgements-with-free-text-spreadsheet.csv": partial(export_judgements, form="spreadsheet", takes_texts=True),
    "judgements-with-free-text.jsonl": partial(export_judgements, form="jsonl", takes_texts=True),
    "codebook.csv": partial(export_own_codebook, form="csv"),
    "codebook-spreadsheet.csv": partial(export_own_codebook, form="spreadsheet"),
    "evaluators-with-external-ids.csv": partial(export_evaluators, form="spreadsheet"),
}
LIVE_PARTS = {"evaluators": "evaluation/_evaluators.html", "judge-runs": "evaluation/_judge_runs.html"}


@staff_only
def new_evaluation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form for a new evaluation, pre-filled with the paper's settings or those of one it is like, or create it."""
    study, number = get_object_or_404(Study.objects.listed(), slug=slug), request.GET.get("like", "")
    like = study.evaluations.filter(number=number).first() if number.isdecimal() else None
    return _edit(request, similar_evaluation(like) if like else blank_evaluation(study), like)


@staff_only
def edit_evaluation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show or save the form of a planned evaluation; show the settings of an opened one read-only."""
    found = _evaluation(slug, number)
    if not found.is_planned:
        status = 409 if request.method == "POST" else 200
        return render(request, "evaluation/set_up.html", _set_up(found), status=status)
    return _edit(request, found)


@staff_only
@require_POST
def text_preview(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Render a text as evaluators will see it."""
    if name not in TEXTS:
        raise Http404
    return render(request, "studies/_preview.html", {"text": request.POST.get(name, "")})


@staff_only
@require_POST
def questions_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Render the own questions of a submitted form as evaluators will see them, in their language."""
    language = get_object_or_404(Study.objects.listed(), slug=slug).language
    mistakes, page = preview_questions(request.POST, language)
    with override(language):
        return render(request, "evaluation/_own_questions_preview.html", {"mistakes": mistakes, "page": page})


@staff_only
def evaluation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show an evaluation. Posting an action opens, closes or deletes it."""
    found = _evaluation(slug, number)
    if request.method == "POST":
        is_there = change_evaluation(request, found)
        return redirect("evaluation", slug, number) if is_there else redirect("judge", slug)
    return _shown(request, found)


@staff_only
def evaluation_live(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return what has changed on the page since the last request."""
    found = _evaluation(slug, number)
    progress = read_progress(found, request.GET.get("page", "1"), timezone.now())
    shown = {"evaluation": found, "progress": progress, "judge_runs": read_judge_runs(found)}
    return send_updates(request, _live(found, progress), shown)


@staff_only
def evaluation_rates(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show the current results within the page or, without scripts, on a separate page."""
    found = _evaluation(slug, number)
    results = read_results(found, without_flagged=request.GET.get("without") == "flagged")
    is_part = getattr(request, "htmx", False)
    template = "evaluation/_results.html" if is_part else "evaluation/results.html"
    own_tables = read_own_results(found, without_flagged=results.without_flagged)
    context = {"evaluation": found, "results": results, "own_tables": own_tables}
    context["judge_runs"] = read_judge_run_results(found)
    return render(request, template, context)


@staff_only
@require_POST
def flag(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Flag an evaluator for a reason, or remove the flag."""
    change_flag(request, _evaluation(slug, number))
    return redirect("evaluation", slug, number)


@staff_only
@require_POST
def judge_runs(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Start, resume or pause a model judge."""
    found = _evaluation(slug, number)
    asked = next((name for name in ("ask", "start", "pause") if name in request.POST), "")
    try:
        messages.success(
            request,
            change_judge_run(
                found, asked, request.POST.get("model" if asked == "ask" else asked, ""), account(request)
            ),
        )
    except RequestError as reason:
        messages.error(request, str(reason))
    return redirect("evaluation", slug, number)


@staff_only
def download(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponseBase:
    """Send the evaluation's judgements or evaluators as a file, or an error page if they changed while it was written."""
    found = _evaluation(slug, number)
    if name not in DOWNLOADS:
        raise Http404
    try:
        return send_file(request, DOWNLOADS[name](found), found.study, f"{slug}-{number}", name)
    except Incomplete as reason:
        return _shown(request, found, reason=str(reason), status=409)


def _edit(request: HttpRequest, found: Evaluation, like: Evaluation | None = None) -> HttpResponse:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    editor = EvaluationEditor(found, data, files, like)
    if editor.is_valid() and editor.save():
        messages.success(request, "The plan has been saved. Nobody can judge until you open the evaluation.")
        return redirect("evaluation", found.study.slug, found.number)
    status = 422 if editor.is_bound else 200
    return render(request, "evaluation/evaluation_form.html", {"editor": editor}, status=status)


def _shown(request: HttpRequest, found: Evaluation, *, reason: str = "", status: int = 200) -> HttpResponse:
    chosen = request.GET.get("page", "1"), request.GET.get("evaluator", "")
    page = read_evaluation(found, request.build_absolute_uri("/"), *chosen)
    context = {
        "page": page,
        **_set_up(found),
        "progress": page.progress,
        "plan": page.plan,
        "judge_runs": read_judge_runs(found),
        "judge_run_form": JudgeRunForm(),
        "live": _live(found, page.progress),
        "reason": reason,
    }
    return render(request, "evaluation/evaluation.html", context, status=status)


def _set_up(found: Evaluation) -> dict[str, Any]:
    return {
        "evaluation": found,
        "own_questions": read_own_questions(found.own_questions),
        **read_outcomes(found),
    }


def _live(found: Evaluation, progress: Progress) -> Live:
    address = reverse("evaluation-live", args=[found.study.slug, found.number])
    return Live(f"{address}?page={progress.evaluators.number}", 5, "evaluation/_counts.html", LIVE_PARTS)


def _evaluation(slug: str, number: int) -> Evaluation:
    return get_object_or_404(Evaluation.objects.select_related("study"), study__slug=slug, number=number)
