"""Views of judgings."""

from typing import get_args

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from characters.benchmarks.refusals import BenchmarkRefused
from characters.judging.pages.judging_form import JudgingForm
from characters.judging.pages.judging_page import (
    change_judging,
    read_judging,
    read_page,
    read_part,
    rolebench_tables,
)
from characters.judging.results import read_result
from characters.judging.rolebench_table import rolebench_table
from characters.judging.tables import tables_of
from characters.judging.verdicts import write_verdicts
from characters.models import Benchmark, Judging
from characters.table_files import send_table
from rolellm.rolebench.layout import Split
from studies.access import account, staff_only
from studies.audit import Verb, record
from studies.storable_text import storable


@staff_only
def judgings(request: HttpRequest, token: str) -> HttpResponse:
    """Show a benchmark's judgings. Posting starts one, or resumes or pauses one."""
    benchmark = get_object_or_404(Benchmark, token=token)
    if request.method != "POST":
        return render(request, "rankings/judgings.html", {"page": read_page(benchmark)})
    if "ask" in request.POST:
        return _start(request, benchmark)
    return _change(request, benchmark)


@staff_only
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """Return the judgings so far, or nothing (204) if the page shows them already."""
    part = read_part(get_object_or_404(Benchmark, token=token))
    if request.GET.get("seen") == part.seen:
        return HttpResponse(status=204)
    return render(request, "rankings/_judgings.html", {"part": part})


@staff_only
def judging(request: HttpRequest, token: str) -> HttpResponse:
    """Show one judging with its verdicts."""
    wanted = (storable(request.GET.get(name, "")) for name in ("page", "outcome", "role"))
    return render(request, "rankings/judging.html", {"page": read_judging(_find(token), *wanted)})


@staff_only
def benchmark_tables(request: HttpRequest, token: str) -> HttpResponse:
    """Return the tables of all results, for the page of the benchmark."""
    benchmark = get_object_or_404(Benchmark, token=token)
    return render(request, "rankings/_tables.html", {"benchmark": benchmark, "tables": rolebench_tables(benchmark)})


@staff_only
def benchmark_table(request: HttpRequest, token: str, split: str, ending: str) -> HttpResponse:
    """Download the table of scores and win rates on a split."""
    benchmark = get_object_or_404(Benchmark, token=token)
    return send_table(
        (rolebench_table(benchmark, each) for each in get_args(Split) if each == split), ending, benchmark.name
    )


@staff_only
def judging_table(request: HttpRequest, token: str, name: str, ending: str) -> HttpResponse:
    """Download a table of a judging."""
    found = _find(token)
    tables = (table for table in tables_of(read_result(found)) if table.name == name)
    return send_table(tables, ending, found.benchmark.name)


@staff_only
def verdicts(request: HttpRequest, token: str) -> HttpResponseBase:
    """Download every verdict with its reasons and both answers."""
    headers, found = {"Content-Disposition": 'attachment; filename="verdicts.csv"'}, _find(token)
    record(None, Verb.EXPORTED, f"the verdicts of {found.model}", about=found.benchmark.name)
    return StreamingHttpResponse(write_verdicts(found), content_type="text/csv; charset=utf-8", headers=headers)


def _start(request: HttpRequest, benchmark: Benchmark) -> HttpResponse:
    form = JudgingForm(benchmark, request.POST)
    started = form.start(account(request))
    if started is None:
        return render(request, "rankings/judgings.html", {"page": read_page(benchmark, form)}, status=422)
    has_left = started.rankings.filter(finished_at=None).exists()
    said = "starts judging as soon as a worker is free." if has_left else "has already judged all of these."
    messages.success(request, f"{started.model} {said}")
    return redirect("benchmark-judgings", benchmark.token)


def _change(request: HttpRequest, benchmark: Benchmark) -> HttpResponse:
    action = "pause" if "pause" in request.POST else "start"
    try:
        messages.success(request, change_judging(benchmark, action, request.POST.get(action, "")))
    except BenchmarkRefused as error:
        messages.error(request, str(error))
    return redirect("benchmark-judgings", benchmark.token)


def _find(token: str) -> Judging:
    return get_object_or_404(Judging.objects.select_related("benchmark", "baseline"), token=token)
