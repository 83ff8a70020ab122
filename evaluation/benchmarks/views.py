"""Views of evaluations of answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from characters.models import Benchmark
from characters.table_files import send_table
from collection.research.downloads import send_file
from evaluation.benchmarks.deletion import NotDeleted, delete_judged, what_is_deleted
from evaluation.benchmarks.files import DOWNLOADS
from evaluation.benchmarks.pages import list_evaluations, list_results
from evaluation.benchmarks.plan_editor import AnswerPlanEditor, blank_evaluation
from evaluation.benchmarks.results import read_answer_results
from evaluation.benchmarks.tables import tables_of
from evaluation.models import Evaluation
from evaluation.research.actions import change_evaluation, change_flag
from evaluation.research.evaluation_form import TEXTS
from evaluation.research.evaluation_page import read_evaluation, read_outcomes
from evaluation.research.progress import Progress, read_progress
from studies.access import DELETE, account, staff_only
from studies.files.exports import Incomplete
from studies.live import Live, send_updates


@staff_only
def evaluations(request: HttpRequest, token: str) -> HttpResponse:
    """List the benchmark's evaluations."""
    benchmark = get_object_or_404(Benchmark, token=token)
    lines = list_evaluations(benchmark)
    return render(request, "answer_evaluations/list.html", {"benchmark": benchmark, "lines": lines})


@staff_only
def new_evaluation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form for a new evaluation, pre-filled with the paper's numbers, or create it."""
    benchmark = get_object_or_404(Benchmark, token=token)
    return _edit(request, blank_evaluation(benchmark), benchmark)


@staff_only
def edit_evaluation(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Show or save the form of a planned evaluation. The page of an opened one shows its settings, which are final."""
    benchmark, found = _find(token, number)
    if not found.is_planned:
        messages.error(
            request, "This evaluation has been opened, so its settings are final. Plan a new one to use others."
        )
        return redirect(found.address)
    return _edit(request, found, benchmark)


@staff_only
@require_POST
def text_preview(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Render a text as evaluators will see it."""
    if name not in TEXTS:
        raise Http404
    return render(request, "studies/_preview.html", {"text": request.POST.get(name, "")})


@staff_only
def evaluation(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Show an evaluation. Posting an action opens, closes or deletes it."""
    _, found = _find(token, number)
    if request.POST.get("action") == "delete-judged":
        return _delete_judged(request, found)
    if request.method == "POST":
        is_there = change_evaluation(request, found)
        return redirect(found.address) if is_there else redirect("benchmark-evaluations", token)
    return _shown(request, found)


@staff_only
def live(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Return what has changed on the page since the last request."""
    _, found = _find(token, number)
    progress = read_progress(found, request.GET.get("page", "1"), timezone.now())
    return send_updates(request, _live(found, progress), {"evaluation": found, "progress": progress})


@staff_only
def results(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Show the current results within the page or, without scripts, on a separate page."""
    benchmark, found = _find(token, number)
    read = read_answer_results(found, without_flagged=_is_without_flagged(request))
    template = "_results.html" if getattr(request, "htmx", False) else "results.html"
    context = {"evaluation": found, "benchmark": benchmark, "results": read, "tables": tables_of(read)}
    return render(request, f"answer_evaluations/{template}", context)


@staff_only
def closed_results(request: HttpRequest, token: str) -> HttpResponse:
    """Return the results of the closed evaluations, for the page of the benchmark's judgings."""
    benchmark = get_object_or_404(Benchmark, token=token)
    context = {"benchmark": benchmark, "lines": list_results(benchmark)}
    return render(request, "answer_evaluations/_closed.html", context)


@staff_only
def table(request: HttpRequest, token: str, number: int, name: str, ending: str) -> HttpResponse:
    """Download a table of the current results."""
    benchmark, found = _find(token, number)
    read = read_answer_results(found, without_flagged=_is_without_flagged(request))
    return send_table((each for each in tables_of(read) if each.name == name), ending, benchmark.name)


@staff_only
def download(request: HttpRequest, token: str, number: int, name: str) -> HttpResponseBase:
    """Send the judgements or the evaluators as a file, or an error page if they changed while it was written."""
    benchmark, found = _find(token, number)
    if name not in DOWNLOADS:
        raise Http404
    try:
        stem = f"{slugify(benchmark.name) or 'benchmark'}-{number}"
        return send_file(request, DOWNLOADS[name](found), None, stem, name)
    except Incomplete as reason:
        return _shown(request, found, status=409, reason=str(reason))


@staff_only
@require_POST
def flag(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Flag an evaluator for a reason, or remove the flag."""
    _, found = _find(token, number)
    change_flag(request, found)
    return redirect(found.address)


def _edit(request: HttpRequest, found: Evaluation, benchmark: Benchmark) -> HttpResponse:
    editor = AnswerPlanEditor(found, benchmark, request.POST if request.method == "POST" else None)
    if editor.is_valid() and editor.save():
        messages.success(request, "The plan has been saved. Nobody can judge until you open the evaluation.")
        return redirect(found.address)
    status = 422 if editor.is_bound else 200
    return render(request, "answer_evaluations/form.html", {"editor": editor, "benchmark": benchmark}, status=status)


def _delete_judged(request: HttpRequest, found: Evaluation) -> HttpResponse:
    name = account(request).get_username()
    if not account(request).has_perm(DELETE):
        raise PermissionDenied(f"Your account '{name}' may change studies and evaluations but not delete them.")
    try:
        delete_judged(found, request.POST.get("name", ""))
    except NotDeleted as reason:
        messages.error(request, str(reason))
        return redirect(found.address)
    messages.success(request, f"“{found}” has been deleted.")
    return redirect("benchmark-evaluations", found.place)


def _shown(request: HttpRequest, found: Evaluation, *, reason: str = "", status: int = 200) -> HttpResponse:
    chosen = request.GET.get("page", "1"), request.GET.get("evaluator", "")
    page = read_evaluation(found, request.build_absolute_uri("/"), *chosen)
    context = {
        "page": page,
        "evaluation": found,
        "benchmark": found.benchmark,
        "progress": page.progress,
        "plan": page.plan,
        "live": _live(found, page.progress),
        "reason": reason,
        "deleted": what_is_deleted(found),
        "may_delete": account(request).has_perm(DELETE),
        **read_outcomes(found),
    }
    return render(request, "answer_evaluations/evaluation.html", context, status=status)


def _live(found: Evaluation, progress: Progress) -> Live:
    address = reverse("benchmark-evaluation-live", args=[found.place, found.number])
    parts = {"evaluators": "evaluation/_evaluators.html"}
    return Live(f"{address}?page={progress.evaluators.number}", 5, "evaluation/_counts.html", parts)


def _is_without_flagged(request: HttpRequest) -> bool:
    return request.GET.get("without") == "flagged"


def _find(token: str, number: int) -> tuple[Benchmark, Evaluation]:
    benchmark = get_object_or_404(Benchmark, token=token)
    plans = benchmark.evaluations.select_related("benchmark", "answer_plan__baseline")
    return benchmark, get_object_or_404(plans, number=number)
