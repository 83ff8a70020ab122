"""Stored benchmarks by name."""

from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import AnswerSet, Benchmark

_LISTED = 10


def find_benchmark(name: str) -> Benchmark:
    """Return the benchmark with this name. Raises BenchmarkRefused with the names that exist."""
    found = Benchmark.objects.filter(name=name).first()
    if found is None:
        raise BenchmarkRefused(f"There is no benchmark {name!r}. {_choice()}")
    return found


def _choice() -> str:
    known = list(Benchmark.objects.values_list("name", flat=True))
    if not known:
        return "None is stored yet. Load one with python manage.py rolebench load."
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"Choose from: {', '.join(known[:_LISTED])}{more}."


def find_answer_set(benchmark: Benchmark, name: str) -> AnswerSet:
    """Return the benchmark's answers with this name. Raises BenchmarkRefused with the names that exist."""
    found = benchmark.answer_sets.filter(name=name).first()
    if found is None:
        known = list(benchmark.answer_sets.values_list("name", flat=True))
        choice = f"Choose from: {'; '.join(known[:_LISTED])}." if known else "There are none yet."
        raise BenchmarkRefused(f"{benchmark.name} has no answers named {name!r}. {choice}")
    return found
