"""Views that export the answers to a benchmark as training data, and that delete benchmarks and answers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from characters.archives import send_archive
from characters.benchmarks.general_data import read_general
from characters.benchmarks.pages.export_form import ExportForm
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.removal import count_answers, count_benchmark, remove_answers, remove_benchmark
from characters.models import AnswerSet, Benchmark
from studies.access import staff_only
from studies.audit import Verb, record


@staff_only
def export_answers(request: HttpRequest, token: str, answers: str) -> HttpResponse:
    """Show how the answers become general-instruction data, or download them with the shares in the address."""
    found = _find(token, answers)
    form = ExportForm(request.GET) if request.GET else ExportForm()
    if form.is_bound and form.is_valid():
        try:
            files = read_general(found, form.cleaned_data["test_share"], form.cleaned_data["seed"])
            record(None, Verb.EXPORTED, f"the answers of {found.name}", about=found.benchmark.name)
            return send_archive(files, f"{found.benchmark.name} {found.name}")
        except BenchmarkRefused as error:
            form.add_error(None, str(error))
    context = {"answer_set": found, "form": form}
    return render(request, "benchmarks/export.html", context, status=422 if form.errors else 200)


@staff_only
def remove_benchmark_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to delete the benchmark, or delete it."""
    found = get_object_or_404(Benchmark, token=token)
    if request.method == "POST":
        return _remove(request, found.name, lambda: remove_benchmark(found), reverse("benchmarks"))
    return _ask(request, found, None, count_benchmark(found))


@staff_only
def remove_answers_page(request: HttpRequest, token: str, answers: str) -> HttpResponse:
    """Ask whether to delete the answer set, or delete it."""
    found = _find(token, answers)
    if request.method == "POST":
        return _remove(request, found.name, lambda: remove_answers(found), reverse("benchmark", args=[token]))
    return _ask(request, found.benchmark, found, count_answers(found))


def _find(token: str, answers: str) -> AnswerSet:
    return get_object_or_404(AnswerSet.objects.select_related("benchmark"), token=answers, benchmark__token=token)


def _ask(request: HttpRequest, benchmark: Benchmark, answer_set: AnswerSet | None, counts: str) -> HttpResponse:
    context = {"benchmark": benchmark, "answer_set": answer_set, "counts": counts}
    return render(request, "benchmarks/remove.html", context)


def _remove(request: HttpRequest, name: str, remove: Callable[[], str], address: str) -> HttpResponse:
    try:
        gone = remove()
    except BenchmarkRefused as error:
        messages.error(request, f"{error} Nothing was deleted.")
        return redirect(request.path)
    messages.success(request, f"{name} has been deleted: {gone}.")
    return redirect(address)
