"""The list of benchmarks."""

from dataclasses import dataclass

from django.db.models import Count

from characters.benchmarks.languages import language_of
from characters.models import Benchmark
from characters.profiles import LANGUAGE_NAMES


@dataclass(frozen=True, slots=True)
class BenchmarkLine:
    """A benchmark in the list, with its numbers of rows and of sets of answers."""

    benchmark: Benchmark
    rows: int
    sets: int

    @property
    def language(self) -> str:
        return LANGUAGE_NAMES[language_of(self.benchmark)]


def list_benchmarks() -> list[BenchmarkLine]:
    """Return all benchmarks by name."""
    found = Benchmark.objects.order_by("name").annotate(row_count=Count("rows"))
    return [BenchmarkLine(each, each.row_count, each.answer_sets.count()) for each in found]
