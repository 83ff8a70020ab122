"""The page of the instructions that were left out when a benchmark was loaded."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count

from characters.benchmarks.left_out import REASONS
from characters.models import Benchmark, LeftOutInstruction

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class LeftOutPage:
    """A page of instructions that were left out for ``reason``, or for any if it is empty.

    ``choices`` are the reasons that occur, each with its words and how many instructions it has.
    """

    benchmark: Benchmark
    reason: str
    choices: list[tuple[str, str, int]]
    rows: "Page[LeftOutInstruction]"

    @property
    def total(self) -> int:
        return sum(count for *_, count in self.choices)

    @property
    def query(self) -> str:
        return f"reason={self.reason}" if self.reason else ""


def read_left_out(benchmark: Benchmark, reason: str, page: str) -> LeftOutPage:
    """Read the page; an unknown reason shows all."""
    choices = count_left_out(benchmark)
    known = reason if reason in {name for name, *_ in choices} else ""
    rows = benchmark.left_out.order_by("position")
    return LeftOutPage(
        benchmark, known, choices, Paginator(rows.filter(reason=known) if known else rows, A_PAGE).get_page(page)
    )


def count_left_out(benchmark: Benchmark) -> list[tuple[str, str, int]]:
    """Return the reasons for which instructions were left out, each with its words and their number."""
    counts = dict(benchmark.left_out.order_by().values_list("reason").annotate(Count("pk")))
    return [(name, words, counts[name]) for name, words in REASONS.items() if name in counts]
