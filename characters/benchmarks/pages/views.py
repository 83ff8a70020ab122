"""Views of benchmarks."""

from typing import get_args

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.pages.answer_form import AnswerForm
from characters.benchmarks.pages.benchmark_list import list_benchmarks
from characters.benchmarks.pages.benchmark_page import finished_answers, read_answers, read_benchmark, tables_of
from characters.benchmarks.pages.left_out_page import read_left_out
from characters.benchmarks.pages.load_form import LoadForm
from characters.models import AnswerSet, Benchmark
from characters.table_files import send_table
from rolellm.rolebench.layout import Split
from studies.access import account, staff_only

ANSWERS_A_PAGE = 20


@staff_only
def benchmarks(request: HttpRequest) -> HttpResponse:
    """List all benchmarks, with the form for a small one."""
    return _list(request, LoadForm())


@staff_only
@require_POST
def load_benchmark(request: HttpRequest) -> HttpResponse:
    """Store the benchmark in the submitted file."""
    form = LoadForm(request.POST, request.FILES)
    if stored := form.store():
        messages.success(request, f"{stored.name} has been loaded.")
        return redirect("benchmark", stored.token)
    return _list(request, form, status=422)


@staff_only
def benchmark(request: HttpRequest, token: str) -> HttpResponse:
    """Show a benchmark. Posting lets a model answer it, or pauses or resumes answers."""
    found = get_object_or_404(Benchmark, token=token)
    if request.method == "POST" and "ask" not in request.POST:
        return _change_answers(request, found)
    form = AnswerForm(found, request.POST) if request.method == "POST" else AnswerForm(found)
    if form.is_bound and (answer_set := form.start(account(request))):
        messages.success(request, f"{answer_set.model} answers as soon as a worker is free.")
        return redirect(f"{reverse('benchmark', args=[token])}#answers")
    page = read_benchmark(found, form)
    return render(request, "benchmarks/benchmark.html", {"page": page}, status=422 if form.is_bound else 200)


@staff_only
def benchmark_answers(request: HttpRequest, token: str) -> HttpResponse:
    """Return the answers so far, or nothing (204) if the page shows them already."""
    answers = read_answers(get_object_or_404(Benchmark, token=token))
    if request.GET.get("seen") == answers.seen:
        return HttpResponse(status=204)
    return render(request, "benchmarks/_answers.html", {"answers": answers})


@staff_only
def benchmark_answer_list(request: HttpRequest, token: str, answers: str) -> HttpResponse:
    """Show the answers of a set, with everything that is stored about them."""
    found = get_object_or_404(AnswerSet.objects.select_related("benchmark"), token=answers, benchmark__token=token)
    rows = Paginator(finished_answers(found), ANSWERS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "benchmarks/answer_list.html", {"answer_set": found, "rows": rows})


@staff_only
def benchmark_left_out(request: HttpRequest, token: str) -> HttpResponse:
    """List the instructions that were left out when the benchmark was loaded."""
    found = get_object_or_404(Benchmark, token=token)
    page = read_left_out(found, request.GET.get("reason", ""), request.GET.get("page", ""))
    return render(request, "benchmarks/left_out.html", {"page": page})


@staff_only
def benchmark_table(request: HttpRequest, token: str, name: str, ending: str) -> HttpResponse:
    """Download a table of scores."""
    found = get_object_or_404(Benchmark, token=token)
    tables = (table for split in get_args(Split) for table in tables_of(found, split))
    return send_table((table for table in tables if table.name == name), ending, found.name)


def _list(request: HttpRequest, form: LoadForm, status: int = 200) -> HttpResponse:
    return render(request, "benchmarks/list.html", {"lines": list_benchmarks(), "form": form}, status=status)


def _change_answers(request: HttpRequest, found: Benchmark) -> HttpResponse:
    action = "pause" if "pause" in request.POST else "start"
    answer_set = found.answer_sets.exclude(model="").filter(token=request.POST.get(action, "")).first()
    if answer_set is None:
        messages.error(request, "There are no such answers. Nothing was changed.")
    elif action == "start":
        ANSWERS.queue(answer_set, account(request))
        messages.success(request, f"{answer_set.model} resumes as soon as a worker is free.")
    else:
        ANSWERS.pause(answer_set)
        messages.success(request, f"{answer_set.model} is paused. Its answers are kept.")
    return redirect(f"{reverse('benchmark', args=[found.token])}#answers")
