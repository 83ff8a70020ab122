"""The lists of a benchmark's evaluations and of their results."""

from dataclasses import dataclass

from characters.models import Benchmark
from evaluation.benchmarks.results import read_answer_results
from evaluation.benchmarks.tables import tables_of
from evaluation.models import Evaluation
from evaluation.research.progress import ModelLine, list_models
from studies.files.printed_tables import Table


@dataclass(frozen=True, slots=True)
class EvaluationLine:
    """An evaluation in its benchmark's list."""

    evaluation: Evaluation
    comparisons: list[ModelLine]

    @property
    def judged(self) -> int:
        return sum(line.judged for line in self.comparisons)

    @property
    def wanted(self) -> int:
        return sum(line.wanted for line in self.comparisons)


def list_evaluations(benchmark: Benchmark) -> list[EvaluationLine]:
    """Return the benchmark's evaluations, latest first."""
    evaluations = benchmark.evaluations.order_by("-number")
    return [EvaluationLine(one, list_models(one)) for one in evaluations]


def list_results(benchmark: Benchmark) -> list[tuple[Evaluation, list[Table]]]:
    """Return the opened evaluations, oldest first, with the tables of the closed ones. Open ones stay blind."""
    opened = benchmark.evaluations.exclude(state=Evaluation.State.PLANNED).select_related("answer_plan")
    return [(each, _tables(each)) for each in opened.order_by("number")]


def _tables(evaluation: Evaluation) -> list[Table]:
    return [] if evaluation.is_open else tables_of(read_answer_results(evaluation))
