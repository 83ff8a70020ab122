"""Stored benchmarks by name."""

from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Benchmark

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
        return "None is stored yet: load one with python manage.py rolebench load."
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"Choose from: {', '.join(known[:_LISTED])}{more}."
