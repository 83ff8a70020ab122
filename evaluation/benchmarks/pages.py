"""The list of a benchmark's evaluations."""

from dataclasses import dataclass

from characters.models import Benchmark
from evaluation.models import Evaluation
from evaluation.research.progress import ModelLine, list_models


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
